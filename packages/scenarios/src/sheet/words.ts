/** What is said of a played sheet, in both languages. */
import type { Bilingual } from "../lab-file/words.ts";

export const SHEET_WORDS = {
  heading: {
    en: "{title} · seed {seed} · Linux {kernel} rules",
    zh: "{title} · 种子 {seed} · 按 Linux {kernel} 的规则",
  },
  asks: {
    en: "not in the sheet: sends the requests that it speaks of",
    zh: "文档之外:发出文档提到的请求",
  },
  added: { en: "not in the sheet: named as a gateway", zh: "文档之外:作为网关被提到" },
  gateway: { en: "gateway {gateway}", zh: "网关 {gateway}" },
  server: { en: "web server: {page}", zh: "Web 服务器:{page}" },
  wrote: { en: "{count} lines written", zh: "写入 {count} 行" },
  otherVersion: {
    en: "another version at line {line} is not used",
    zh: "第 {line} 行的另一版本未使用",
  },
  outputLines: { en: "{count} lines of output", zh: "{count} 行输出" },
  outputLine: { en: "1 line of output", zh: "1 行输出" },
  same: { en: "as in the sheet", zh: "与文档一致" },
  sameMore: {
    en: "as in the sheet, {count} more lines here",
    zh: "与文档一致,此处另有 {count} 行",
  },
  differs: { en: "differs", zh: "与文档不同" },
  failed: { en: "exit status {status}", zh: "退出状态 {status}" },
  stopped: { en: "did not end by itself: Ctrl-C after 60 s", zh: "没有自行结束:60 秒后按 Ctrl-C" },
  aside: { en: "tried aside", zh: "旁路尝试" },
  requests: {
    en: "first {count} requests from {client}, as many as the table counts",
    zh: "先由 {client} 发出 {count} 个请求,与表中计数相同",
  },
  volatile: { en: "(counters of its own)", zh: "(计数各不相同)" },
  sheetHas: { en: "sheet", zh: "文档" },
  hereIs: { en: "here", zh: "此处" },
  because: { en: "because", zh: "原因" },
  nothing: {
    en: "No command found: a sheet has prompts as [root@a ~]# or root@a:~#, or commands in code blocks.",
    zh: "没有找到命令:文档应含有 [root@a ~]# 或 root@a:~# 这样的提示符,或代码块中的命令。",
  },
  summary: {
    en: "{commands} commands, {files} files · output as in the sheet: {same}, differences explained: {explained}, that matter: {open}",
    zh: "{commands} 条命令,{files} 个文件 · {same} 处输出与文档一致,{explained} 处差异已说明,{open} 处差异值得注意",
  },
} as const satisfies Record<string, Bilingual>;
