/** What the terminal on a lab says of itself, in both languages. */
import type { Bilingual } from "../lab-file/words.ts";

export const CONSOLE_WORDS = {
  welcome: {
    en: "{title} · {machines} · :help lists what lvsim itself can do here",
    zh: "{title} · {machines} · 输入 :help 查看 lvsim 自己的命令",
  },
  startFailed: {
    en: "{machine}: `{command}` ended with status {status}",
    zh: "{machine}:`{command}` 以状态 {status} 结束",
  },
  unknown: {
    en: "no command :{name}{hint}; :help lists them",
    zh: "没有命令 :{name}{hint};:help 列出全部",
  },
  noMachine: { en: 'no machine "{name}"; known: {known}', zh: '没有机器 "{name}";已有:{known}' },
  wants: { en: "{usage}: {what}", zh: "{usage}:{what}" },
  time: { en: "{time} s of simulated time, {pace}", zh: "模拟时间 {time} 秒,{pace}" },
  pace: { en: "speed {speed}", zh: "速度 {speed}" },
  paused: { en: "paused (:play goes on)", zh: "已暂停(:play 继续)" },
  past: { en: "it is {time} s already", zh: "现在已是 {time} 秒" },
  quiet: { en: "nothing happens any more", zh: "不再有任何事件" },
  stepped: { en: "{count} events at {time} s", zh: "{time} 秒时 {count} 个事件" },
  undone: { en: "taken back on {machine}: {command}", zh: "{machine} 上已撤销:{command}" },
  nothingToUndo: { en: "nothing to take back on {machine}", zh: "{machine} 上没有可撤销的更改" },
  saved: { en: "snapshot {name} at {time} s", zh: "快照 {name},{time} 秒" },
  restored: { en: "back at snapshot {name}, {time} s", zh: "回到快照 {name},{time} 秒" },
  noSnapshot: { en: 'no snapshot "{name}"; known: {known}', zh: '没有快照 "{name}";已有:{known}' },
  noRequest: {
    en: "nothing that was typed here sent a packet yet",
    zh: "在此输入的命令还没有发出过报文",
  },
  noVips: { en: "this lab names no virtual address", zh: "这个实验没有声明虚拟地址" },
  well: {
    en: "nothing is wrong with `{command}` on {machine}",
    zh: "{machine} 上的 `{command}` 一切正常",
  },
  wrote: { en: "wrote {path}: {what}", zh: "已写入 {path}:{what}" },
  packets: {
    en: "{count} packets of {interfaces} interfaces",
    zh: "{interfaces} 个接口的 {count} 个报文",
  },
  entries: {
    en: "{count} entries, and all that follow until the end",
    zh: "{count} 条记录,之后的操作也会写入",
  },
  limit: { en: "the lab has reached its limit {limit}", zh: "实验已达到上限 {limit}" },
} as const satisfies Record<string, Bilingual>;

export interface ColonHelp extends Bilingual {
  readonly usage: string;
}

/** Commands to lvsim, in the order in which `:help` lists them. */
export const COLON_HELP: readonly ColonHelp[] = [
  {
    usage: ":machine NAME",
    en: "go to another machine; :NAME does the same, Alt-1 … Alt-9 and Alt-← → too",
    zh: "切换到另一台机器;也可用 :NAME、Alt-1 … Alt-9、Alt-← →",
  },
  { usage: ":topology", en: "the lab as a picture", zh: "实验拓扑图" },
  { usage: ":time", en: "how far simulated time is", zh: "当前模拟时间" },
  { usage: ":until 30s", en: "let time pass until then", zh: "让时间走到那时" },
  { usage: ":run 5s", en: "let so much time pass", zh: "让时间经过这么久" },
  {
    usage: ":step [N]",
    en: "go to the next instant at which something happens, N times",
    zh: "走到下一个有事件的时刻,共 N 次",
  },
  { usage: ":speed N", en: "N simulated seconds in a second", zh: "每秒走过 N 秒模拟时间" },
  {
    usage: ":pause",
    en: "stop time while nobody asks for it; :play goes on",
    zh: "暂停时间;:play 继续",
  },
  { usage: ":walk", en: "the last request, hop by hop", zh: "最近一次请求,逐跳显示" },
  { usage: ":ladder", en: "the last request as a ladder", zh: "最近一次请求的时序图" },
  {
    usage: ":arp",
    en: "who owned each VIP in whose eyes, and when",
    zh: "各主机眼中 VIP 属于谁,何时起",
  },
  {
    usage: ":why [COMMAND]",
    en: "why a request goes wrong, and what mends it; the last one unless said",
    zh: "请求为何失败以及如何修复;缺省为最近一次",
  },
  {
    usage: ":undo",
    en: "take back this machine's last change of configuration",
    zh: "撤销本机最近一次配置更改",
  },
  {
    usage: ":snapshot [NAME]",
    en: "remember this moment; :restore [NAME] comes back to it",
    zh: "记住此刻;:restore [NAME] 回到此刻",
  },
  {
    usage: ":pcap FILE",
    en: "write all packets so far, for Wireshark",
    zh: "把至今所有报文写入文件,供 Wireshark 查看",
  },
  {
    usage: ":record FILE",
    en: "write the session; lvsim lab LAB --replay FILE plays it again",
    zh: "把会话写入文件;lvsim lab LAB --replay FILE 可重放",
  },
  { usage: ":quit", en: "leave", zh: "退出" },
];
