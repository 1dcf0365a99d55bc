/** Every sentence that lessons and grades are told in, in both languages, with `{name}` where a value goes. */
import type { Language } from "../views/styled.ts";
import { fill } from "../views/texts.ts";

export const LEARNING_TEXTS = {
  points: { en: "{points} of {maximum} points", zh: "{points} / {maximum} 分" },
  stepHeading: { en: "Step {number}  {title}", zh: "第 {number} 步  {title}" },
  worth: { en: "({points} points)", zh: "({points} 分)" },
  worthOne: { en: "(1 point)", zh: "(1 分)" },
  notSo: { en: "not so: {what}", zh: "不成立:{what}" },
  notEarned: { en: "{what} (not counted by itself)", zh: "{what}(单独成立不计分)" },
  total: {
    en: "{count} submissions: {full} with full marks, {points} of {maximum} points on average",
    zh: "{count} 份作业:{full} 份满分,平均 {points} / {maximum} 分",
  },
  hint: { en: "Hint", zh: "提示" },
  said: { en: "{file} on {machine}: {line}", zh: "{machine} 上的 {file}:{line}" },
  stoppedTime: {
    en: "{file} on {machine} did not come to an end in 120 s and was interrupted",
    zh: "{machine} 上的 {file} 120 秒内没有结束,已被中断",
  },
  stoppedSteps: {
    en: "{file} on {machine} went on without end and was killed",
    zh: "{machine} 上的 {file} 无休止地运行,已被终止",
  },
  stoppedEvents: {
    en: "{file} on {machine} went on without end and was interrupted",
    zh: "{machine} 上的 {file} 无休止地运行,已被中断",
  },

  cutOff: {
    en: "the run was cut off by its limit {limit}: what came after that counts as not done",
    zh: "运行达到上限 {limit} 而被终止,其后的一切按未完成计",
  },

  partingRequest: { en: "request {number}", zh: "第 {number} 个请求" },
  partingReply: { en: "the answer to request {number}", zh: "第 {number} 个请求的应答" },
  partingRest: {
    en: "a later packet of request {number}",
    zh: "第 {number} 个请求后续的报文",
  },
  parting: {
    en: "{what} {after}{actual}; in the reference run it {expected}",
    zh: "{what}{after}{actual};而参考运行中它{expected}",
  },
  partingAlone: { en: "{what} {actual}", zh: "{what}{actual}" },
  after: {
    en: "went as it should until it {station}; then it ",
    zh: "一直正确,直到它{station};之后",
  },
  atPoint: { en: "came to {point} on {host}", zh: "到达 {host} 的 {point}" },
  wasScheduled: {
    en: "was given to {server} by IPVS on {host} ({method})",
    zh: "由 {host} 上的 IPVS 分给 {server}({method})",
  },
  wasSent: {
    en: "left {host} by {device} for {to} ({source} → {destination})",
    zh: "从 {host} 的 {device} 发往 {to}({source} → {destination})",
  },
  wasDelivered: { en: "was taken in by {protocol} on {host}", zh: "被 {host} 的 {protocol} 收下" },
  wasDropped: { en: "was dropped on {host}: {reason}", zh: "在 {host} 被丢弃:{reason}" },
  wentNoFurther: { en: "goes no further", zh: "没有再前进" },
  neverSent: { en: "is never seen", zh: "从未出现" },
  nobody: { en: "nobody", zh: "无人" },
  belief: {
    en: "{host} takes {owner} for {address}, as ARP told it",
    zh: "{host} 从 ARP 得知 {address} 在 {owner}",
  },
  shares: {
    en: "requests of {from} ({command}) went to {actual}; in the reference run to {expected}",
    zh: "{from} 的请求({command})分给 {actual};参考运行中分给 {expected}",
  },

  lessonFor: { en: "{title} · variant of {person}", zh: "{title} · {person} 的题目" },
  question: { en: "Question {number}", zh: "问题 {number}" },
  answer: { en: "Answer", zh: "答案" },
  proof: { en: "as the trace shows:", zh: "依据跟踪记录:" },
  more: { en: "More", zh: "更多" },
  onCable: {
    en: "Request {request} ({command}): the {packet} is on the cable from {host} to its next hop.",
    zh: "第 {request} 个请求({command}):{packet} 正在从 {host} 发往下一跳的网线上。",
  },
  askMac: {
    en: "Whose MAC address does the frame carry as its destination?",
    zh: "帧的目的 MAC 地址是谁的?",
  },
  askDestination: {
    en: "Which destination address stands in its (outer) IP header?",
    zh: "它的(外层)IP 首部中目的地址是哪个?",
  },
  askTtl: {
    en: "Which TTL stands in its (outer) IP header?",
    zh: "它的(外层)IP 首部中 TTL 是多少?",
  },
  askSource: {
    en: "Request {request} ({command}): from which address does the first answer come, as {client} sees it?",
    zh: "第 {request} 个请求({command}):在 {client} 看来,第一个应答来自哪个地址?",
  },
  askServer: {
    en: "Request {request} ({command}) of {client}: which machine takes it in?",
    zh: "{client} 的第 {request} 个请求({command}):由哪台机器收下?",
  },
  askPoint: {
    en: "Request {request} ({command}): the {packet} has passed {before} on {host}. Which point of netfilter does it come to next on this machine?",
    zh: "第 {request} 个请求({command}):{packet} 已经过 {host} 的 {before}。它在这台机器上接着到达哪个 netfilter 点?",
  },
  askInterface: {
    en: "Request {request} ({command}): by which interface does the first answer leave {host}?",
    zh: "第 {request} 个请求({command}):第一个应答从 {host} 的哪个接口发出?",
  },
  askWhere: {
    en: "Request {request} ({command}): a packet of it is dropped. On which machine?",
    zh: "第 {request} 个请求({command}):它有一个报文被丢弃。在哪台机器上?",
  },
  askReason: {
    en: "Request {request} ({command}): a packet of it is dropped on {host}. Why?",
    zh: "第 {request} 个请求({command}):它有一个报文在 {host} 被丢弃。原因是什么?",
  },
  nobodyTakes: { en: "none of them", zh: "都没有" },
  noQuestions: {
    en: "Nothing to ask: no request left a trace.",
    zh: "没有可问的:没有请求留下跟踪记录。",
  },
  questionsHint: {
    en: "Predict first; then: {command}",
    zh: "先作预测,再看答案:{command}",
  },
  handIn: { en: "Hand in", zh: "提交" },
  handInHow: {
    en: 'a folder with {files}, or one text with a line "# machine: NAME" before the commands of each machine; then',
    zh: '一个文件夹,内有 {files};或一个文本,每台机器的命令前写一行 "# machine: 名称";然后',
  },
  traffic: { en: "What will be asked", zh: "将发出的请求" },
  trafficRow: { en: "{times} × {from}# {run}", zh: "{times} 次 {from}# {run}" },
  notLesson: {
    en: "This lab has no steps; it can be asked about: {command}",
    zh: "这个实验没有步骤,但可以提问:{command}",
  },
  pressEnter: {
    en: "Enter: go on · h: a hint · q: stop",
    zh: "回车:继续 · h:提示 · q:结束",
  },
  yourAnswer: {
    en: "Your answer ({letters}; Enter: show it): ",
    zh: "你的答案({letters};回车:显示答案):",
  },
  right: { en: "Right.", zh: "正确。" },
  wrong: { en: "No.", zh: "不对。" },
  score: { en: "{right} of {count} right", zh: "{count} 题中答对 {right} 题" },
  noMoreHints: { en: "no more hints", zh: "没有更多提示" },
} as const satisfies Record<string, { readonly en: string; readonly zh: string }>;

export type LearningText = keyof typeof LEARNING_TEXTS;

/** The text in `language`, with its values filled in. */
export const tell = (
  language: Language,
  key: LearningText,
  values: Readonly<Record<string, string | number>> = {},
): string => fill(LEARNING_TEXTS[key][language], values);
