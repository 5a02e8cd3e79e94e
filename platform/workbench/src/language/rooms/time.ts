/** Texts of one room: the player and its times. */
const english = {
  'media.network': 'The connection is lost',
  'media.network_text': 'The video goes on from here as soon as the server answers again. You may go on labelling.',
  'media.signed_out': 'Your login has expired',
  'media.signed_out_text': 'Log in again in a new tab, then come back: the video goes on from here, and your work is kept.',
  'media.busy': 'The server is busy or has a fault',
  'media.busy_text': 'It is asked again by itself; the place is kept.',
  'media.gone': 'The playable copy is gone',
  'media.gone_text': 'It is not on the server any more, or you may not see it any more. A manager can make it anew with Retry on the import page.',
  'media.broken': 'The video cannot be played',
  'media.broken_text': 'The browser cannot read this file: {detail}',
  'media.log_in': 'Log in in a new tab',
  'media.waiting': 'Loading the picture',
  'transport.estimate': 'The exact frame times are still on their way; this number is an estimate.',
} as const;

const chinese: Readonly<Record<keyof typeof english, string>> = {
  'media.network': '网络连接已断开',
  'media.network_text': '服务器恢复响应后，视频会从此处继续播放。您可以继续标注。',
  'media.signed_out': '登录已过期',
  'media.signed_out_text': '请在新标签页中重新登录，然后返回此页：视频会从此处继续，您的工作不会丢失。',
  'media.busy': '服务器繁忙或出现故障',
  'media.busy_text': '系统会自动重试，播放位置已保留。',
  'media.gone': '播放副本已不存在',
  'media.gone_text': '服务器上已没有该文件，或您已无权查看。管理员可在导入页面点击“重试”重新生成。',
  'media.broken': '无法播放该视频',
  'media.broken_text': '浏览器无法读取此文件：{detail}',
  'media.log_in': '在新标签页中登录',
  'media.waiting': '正在加载画面',
  'transport.estimate': '精确的帧时间仍在加载，此数字为估计值。',
};

export const time = { english, chinese };
