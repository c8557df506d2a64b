// Chinese words of Settings, beside those of models and storage.

export const settingsChinese = {
  "settings.cards": "设置分类",
  "settings.storage": "存储",
  "settings.connections": "连接",
  "settings.privacy": "隐私",
  "settings.appearance": "外观",
  "settings.about": "关于",
  "settings.loading": "正在加载…",
  "settings.colours": "颜色",
  "settings.motion": "动画",
  "settings.motion.hint": "结果移到新位置、面板滑入时的动画。",
  "settings.rows": "结果的行高",
  "settings.rows.hint": "也可以用 c 键切换。",
  "settings.tiles.hint": "用于所有图片墙；也可以用 + 和 - 键调整。",
  "motion.system": "跟随系统",
  "motion.less": "减少",
  "rows.auto": "结果多时紧凑",
  "rows.compact": "始终紧凑",
  "rows.roomy": "始终宽松",

  "connections.off": "任何程序和助手都不能在这里搜索。",
  "connections.start": "要允许程序（API）和助手（MCP）搜索，请这样启动：",
  "connections.api": "程序可以通过 API 搜索。在代码中：",
  "connections.mcp": "助手可以通过 MCP 搜索。其设置需要：",
  "connections.also.mcp": "要同时允许助手（MCP），请这样启动：",
  "connections.also.api": "要同时允许程序（API），请这样启动：",
  "connections.password": "每次调用都需要本页面的用户名和密码。",
  "connections.copy": "复制",
  "connections.copied": "已复制。",
  "connections.calls": "最近的调用",
  "connections.none": "还没有任何调用。",
  "connections.look": "刷新",
  "connections.failed": "被拒绝或失败",
  "connections.hint": "程序启动以来最近的几次，只在内存中，不含所问的内容。",

  "privacy.history": "搜索历史",
  "privacy.on": "保存",
  "privacy.off": "不保存",
  "privacy.clear": "清空历史",
  "privacy.hint":
    "适用于此资料库和使用此页面的所有人。此前保存的内容保留到清空为止；已保存的搜索保留到删除为止。",
  "privacy.started": "程序以 --no-history 启动：不保存任何搜索。",
  "privacy.closed": "资料库以只读方式打开：不保存任何搜索。",
  "privacy.kept": "什么内容保存在哪里",
  "kept.searches": "搜索",
  "kept.searches.where":
    "连同结果保存在资料库文件中：每个浏览器最近的 500 次，以及已保存的搜索。多人使用同一页面时，彼此看不到对方浏览器的搜索。",
  "kept.asked": "用于搜索的图片和视频",
  "kept.asked.where":
    "保留一天，最迟到程序结束；属于历史搜索的随该搜索保留在资料库文件夹中，每个不超过 64 MB。",
  "kept.library": "已索引的内容",
  "kept.library.where":
    "文字、向量和缩略图在资料库文件夹中，预览在其缓存中。您的文件原地不动，内容不变。",
  "kept.dropped": "拖放到页面的文件",
  "kept.dropped.where": "复制到资料库文件夹；移除后在回收站中保留 30 天。",
  "kept.browser": "在此浏览器中",
  "kept.browser.where": "语言、外观、视图，以及您已关闭的提示。",
  "kept.network": "在网络上",
  "kept.network.where":
    "没有，除非您为向量指定了服务器。只有在您要求获取模型时，程序才会访问其他计算机。",

  "about.licence":
    "Qwen3-VL Search 是自由软件，采用 Apache License 2.0 许可。模型有各自的许可，在选择处注明。",
};
