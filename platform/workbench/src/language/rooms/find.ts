/** Texts of one room: finding moments like this one. */
const english = {
  'similar.title': 'Alike',
  'similar.like': 'Moments like {stretch}',
  'similar.here': 'Like {time}',
  'similar.failed': 'Moments like this one could not be looked up',
  'similar.none': 'Nothing in this project is like it',
  'similar.none_why': 'Choose another segment, or go to another moment and look from there.',
  'similar.unknown': 'The model has not compared this video yet',
  'similar.unknown_why': 'Once the model in production has pre-labelled it, moments like this one are found here.',
  'similar.open': 'Open {name} at {time}',
  'similar.same_video': 'This video',
  'similar.likeness': 'How alike the model finds them',
  'similar.by': 'By what model {model} sees; the likest first.',
  'command.similar': 'Show moments like this one',
} as const;

const chinese: Readonly<Record<keyof typeof english, string>> = {
  'similar.title': '相似',
  'similar.like': '与 {stretch} 相似的片段',
  'similar.here': '查找与 {time} 相似',
  'similar.failed': '无法查找相似片段',
  'similar.none': '此项目中没有相似的片段',
  'similar.none_why': '请选择其他片段，或转到其他时刻再查找。',
  'similar.unknown': '模型尚未分析此视频',
  'similar.unknown_why': '当前模型完成预标注后，这里会显示相似片段。',
  'similar.open': '在 {time} 处打开 {name}',
  'similar.same_video': '本视频',
  'similar.likeness': '模型认为的相似程度',
  'similar.by': '由模型 {model} 判断，最相似的排在最前。',
  'command.similar': '显示相似片段',
};

export const find = { english, chinese };
