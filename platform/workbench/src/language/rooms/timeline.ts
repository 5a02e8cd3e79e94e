/** Texts of one room: the timeline. */
const english = {
  'action.clip': 'cutting off at the end of the video',
  'lane.others': 'Others',
  'lane.clicks': 'Answers',
  'lane.past_end': 'goes on past the end',
  'many.marked': '{count} {count?segment:segments} marked',
  'many.done': '{count} {count?segment:segments}: {what}',
  'many.clear': 'Let go',
  'past_end.title': '{count} of the segments {count?reaches:reach} past the end of the video ({time})',
  'past_end.clip': 'Cut them off at the end',
  'past_end.suggestions': 'They are shown up to the end, and cut off there when you accept them.',
  'tapping.begun': '{label} begins here; press its key again where it ends',
  'tapping.too_short': 'The segment ended as soon as it began: nothing was added',
  'tapping.ended_first': '{label} had no end yet and ends here now: look at it, then go on',
  'timeline.selected': 'Selected: {label}, {start} to {end}, {outcome}',
  'timeline.none_selected': 'No segment is selected',
  'timeline.help': 'Turn the wheel or pinch to zoom: one long turn goes from the whole video to a single frame. Drag the ruler up or down to zoom, along it to scrub. Double click: a segment, or single frames, and back. Shift+click or Shift+drag marks several segments.',
} as const;

const chinese: Readonly<Record<keyof typeof english, string>> = {
  'action.clip': '截到视频结尾',
  'lane.others': '他人',
  'lane.clicks': '回答',
  'lane.past_end': '超出视频结尾',
  'many.marked': '已标选 {count} 个片段',
  'many.done': '{count} 个片段：{what}',
  'many.clear': '取消标选',
  'past_end.title': '有 {count} 个片段超出视频结尾（{time}）',
  'past_end.clip': '截到结尾',
  'past_end.suggestions': '它们只显示到结尾，接受时会在结尾处截断。',
  'tapping.begun': '“{label}”从这里开始；结束时再按一次该键',
  'tapping.too_short': '片段刚开始就结束了，未添加',
  'tapping.ended_first': '“{label}”尚未结束，现已在此处结束：请先查看，再继续',
  'timeline.selected': '已选中：{label}，{start} 至 {end}，{outcome}',
  'timeline.none_selected': '未选中片段',
  'timeline.help': '滚轮或双指缩放：一次长滚动即可从整段视频到单帧。在标尺上下拖动可缩放，左右拖动可移动播放位置。双击放大片段或单帧，再双击返回。Shift+单击或 Shift+拖动可标选多个片段。',
};

export const timeline = { english, chinese };
