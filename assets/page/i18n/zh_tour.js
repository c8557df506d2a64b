// Simplified Chinese words of the tour through the guided queries.

export const tourChinese = {
  "tour.title": "导览",
  "tour.begin": "开始导览",
  "tour.count": "导览：第 {n} 站，共 {total} 站",
  "tour.next": "下一站",
  "tour.back": "上一站",
  "tour.leave": "离开导览",
  "tour.look": "看这里",
  "tour.look.recall": "召回把它排在第 {rank}",
  "tour.look.up": "重排使它上升 {n} 位，到第 {rank}",
  "tour.look.down": "重排使它下降 {n} 位，到第 {rank}",
  "tour.look.same": "重排后仍在第 {rank}",
  "tour.look.why": "原因",
  "tour.right": "正确的是：",
  "tour.absent": "正确的内容不在资料库中，因此不评价两个阶段。",
  "tour.unranked": "重排已关闭，召回没有可比较的对象。",
  "tour.recall.right": "召回是对的：{title} 排在第一。",
  "tour.recall.wrong": "召回在这里错了：它把 {title} 排在第一，正确的排在第 {rank}。",
  "tour.recall.missed": "召回在这里错了：它把 {title} 排在第一，{total} 个候选中没有正确的。",
  "tour.recall.silent": "召回没有找到任何内容。",
  "tour.rerank.right": "重排是对的：{title} 排在第一。",
  "tour.rerank.wrong": "重排在这里错了：它把 {title} 排在第一，正确的排在第 {rank}。",
  "tour.rerank.missed":
    "重排在这里错了：它把 {title} 排在第一，它判断过的 {total} 个中没有正确的。",
  "tour.rerank.silent": "重排没有判断任何内容。",
  "keys.tour": "导览的下一站和上一站",
};
