// Chinese words of Help: what is explained, by the names of its entries.

export const helpChinese = {
  "help.title": "帮助",
  "help.tour": "再次观看导览",
  "help.group.find": "查找",
  "help.group.stages": "两个阶段",
  "help.group.numbers": "数字",
  "help.group.keys": "按键",

  "help.asking": "提问",
  "help.asking.text":
    "文字、图片、视频，或几种一起。按 Enter 搜索。拖到查询框附近的文件也会成为查询。",

  "help.several": "多个查询",
  "help.several.text":
    "每个查询各有排名，再按倒数排名 1 / (1 + 名次) 合并，因此各自最好的排在最前；每条结果都标出它在各个查询中的名次。",

  "help.examples": "示例",
  "help.examples.text":
    "“也像这个”和“不像这个”把条目加入查询，“更多类似”只用它来搜索。不想要的内容有 0 到 1 的权重：从查询中减去多少。",

  "help.words": "精确词",
  "help.words.text":
    "每个词都必须出现在文字、名称或图片里的文字中。名次表示符合程度，1 为最佳。“开”会按倒数排名与召回合并。",

  "help.filters": "筛选",
  "help.filters.text": "只搜索通过筛选的条目。按钮上的数字表示有多少个筛选或选项与平常不同。",

  "help.history": "历史",
  "help.history.text":
    "已完成的搜索，已保存的在前。保留最近 500 次及其图片和视频（每个不超过 64 MB），已保存的一直保留。再次提问会搜索资料库现在的内容。",

  "help.recall": "召回",
  "help.recall.text":
    "第一阶段：嵌入模型把查询和条目变成向量，最近的成为候选。很快，覆盖整个资料库。",

  "help.rerank": "重排",
  "help.rerank.text":
    "第二阶段：重排模型同时阅读查询和条目，判断两者是否相符。较慢，只看召回的候选。",

  "help.movement": "变动",
  "help.movement.text":
    "重排把结果移动了多少名：▲3 上升三名，▼2 下降两名，＝ 不变。“救回”是从前列之外升入前列，“跌出”是离开前列。结果上方统计各有多少。",

  "help.doubt": "可能没有相关内容",
  "help.doubt.text":
    "召回认为没有结果从资料库中突出，或重排认为没有相关度超过一半时会这样提示。内容非常相近的资料库可能没有突出的结果。",

  "help.depth": "显示数和深度",
  "help.depth.text":
    "显示数是展示多少条结果，深度是重排判断多少个召回候选。更深可能找到更多，也更慢。",

  "help.agreement": "两阶段的一致程度",
  "help.agreement.text":
    "两个排名的肯德尔 τ：1 表示顺序相同，0 表示无关，−1 表示相反；以及重排前后排在最前的结果有多少相同。",

  "help.cost": "深度浏览",
  "help.cost.text":
    "换一个深度，搜索会显示什么、用时多少：模型用时以毫秒（ms）或秒（s）计，按每个候选的实测值；标“约”时为平均分摊。",

  "help.margin": "± 与并列",
  "help.margin.text":
    "用不同方式评判时，一个结果的最高与最低相关度之差的一半，单位与相关度相同。范围重叠的结果无法区分。",

  "help.kinds": "种类",
  "help.kinds.text":
    "某类候选有多少、显示多少，以及分数的中位数。方框包含居中的一半，线包含全部。每个结果在本类中也有名次。",

  "help.rank": "名次",
  "help.rank.text": "在一个阶段中的顺序，1 为最佳。召回按相似度或合并名次排列，重排按相关度排列。",

  "help.similarity": "相似度",
  "help.similarity.text":
    "查询与条目向量的余弦，从 −1 到 1。只能在同一次搜索内比较：它说明哪个更近，而不是哪个正确。",

  "help.relevance": "相关度",
  "help.relevance.text":
    "重排模型认为条目符合查询的概率，从 0 到 1。正确答案常在 .4 到 .9 之间：顺序比数值更说明问题。",

  "help.logit": "Logit",
  "help.logit.text":
    "压缩到 0 和 1 之间以前的相关度：相关度 = 1 / (1 + e^−logit)。可以区分相关度看似相同的结果。",

  "help.percentile": "百分位",
  "help.percentile.text": "资料库中有多少内容与此查询的相似度低于该条目，按随机样本估计。",

  "help.level": "突出",
  "help.level.text":
    "超过这个相似度，结果就很难用偶然来解释；按此查询与资料库随机样本的相似度判断。",

  "help.apart": "差距",
  "help.apart.text": "上一名或下一名高出或低于它多少，单位与旁边的数字相同。",

  "help.hits": "结果数",
  "help.hits.text": "一次搜索得到或显示多少条结果，以及各阶段用时。可以继续要求更多，最多 300 条。",

  "help.ms": "用时",
  "help.ms.text":
    "一个阶段用了多少毫秒或秒：召回包括查询向量，重排包括阅读候选。之前保留的分数不再耗时。",

  "help.items": "条目",
  "help.items.text":
    "可以被找到的内容：图片、PDF 页面、文本段落、视频及其片段。一个文件可能有多个条目。",

  "help.place": "位置",
  "help.place.text": "条目在文件中的位置：页码、文本行号、视频的分和秒。",

  "help.size": "大小",
  "help.size.text": "文件以字节计（1 kB 为 1,000），图片以像素计，视频以时间计。",

  "help.copies": "近似副本",
  "help.copies.text": "有多少张几乎相同的图片排在它后面：压缩、缩放或略作裁剪的版本。",

  "help.progress": "进度",
  "help.progress.text": "总共有多少、已完成多少、每秒多少，以及其余大约还需多久。",

  "help.tally": "计数",
  "help.tally.text": "数字旁边的内容有多少：某种类型、结局、标签、集合或筛选。",

  "help.tiles": "图块大小",
  "help.tiles.text": "相对于平常宽度的百分比。",

  "help.vectors": "向量",
  "help.vectors.text":
    "模型产生了多少个向量、多少维，以及每个数如何保存：float32 完整，float16、int8 和 binary 较短。越少越短，占用内存越少。",

  "help.accuracy": "召回率@10",
  "help.accuracy.text":
    "按完整向量最近的十个条目中，较短的保存方式能找到的比例，在此资料库上测得；以及一次搜索所需的时间。",

  "help.tokens": "Token（词元）",
  "help.tokens.text":
    "模型逐个读取的单位：词的一部分，或图片（视频则为两帧）的 32 × 32 像素。提示词超过模型上限时，末尾会被截断。",

  "help.falls": "依据",
  "help.falls.text":
    "去掉条目的一部分后，相似度（余弦）、相关度（0 到 1）及其对数几率的变化：− 为下降，+ 为上升。",

  "help.passes": "计算次数",
  "help.passes.text": "每个模型要查看条目的多少个版本，以及大约需要多少秒。搜索优先进行。",

  "help.memory": "模型",
  "help.memory.text":
    "磁盘大小、占用内存、许可、在本机上处理一个条目的时间，以及已嵌入多少条目。2B 和 8B 指参数的十亿数。",

  "help.days": "日期和时间",
  "help.days.text": "拍摄、更改、提问或移除的时间，以及保留到何时。",

  "help.versions": "版本",
  "help.versions.text": "本程序及其运行环境的版本，便于报告错误。",
};
