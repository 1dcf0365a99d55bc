/**
 * Every sentence of ours that views print, in both languages, with `{name}` where a value goes. Text that imitates a real
 * tool is not here: it stays in the tool's words.
 */
import type { Language } from "./styled.ts";

export const TEXTS = {
  heading: {
    en: "{title} · seed {seed} · Linux {kernel} rules",
    zh: "{title} · 种子 {seed} · 按 Linux {kernel} 的规则",
  },
  limitReached: {
    en: "The run was ended early by the limit {limit}.",
    zh: "运行被上限 {limit} 提前终止。",
  },
  onDevice: { en: "{address} on {device}", zh: "{address} 在 {device}" },
  vipOnDevice: { en: "VIP {address} on {device}", zh: "VIP {address} 在 {device}" },

  startsHeading: { en: "What the start-up commands did", zh: "启动命令的效果" },
  commandsOk: { en: "{count} commands ok", zh: "{count} 条命令成功" },
  commandOk: { en: "1 command ok", zh: "1 条命令成功" },
  commandsFailed: {
    en: "{failed} of {count} commands failed",
    zh: "{count} 条命令中有 {failed} 条失败",
  },
  commandStatus: { en: "exit status {status}: {message}", zh: "退出状态 {status}:{message}" },
  commandFails: { en: "fails, as the lab says", zh: "失败,与实验所述一致" },
  nothingChanged: { en: "network settings unchanged", zh: "网络配置没有变化" },
  routeAdded: { en: "route to {address} by {device}", zh: "到 {address} 的路由经 {device}" },
  faultsHeading: { en: "While the traffic flows", zh: "流量进行期间" },

  walkHeading: { en: "First request and reply, hop by hop", zh: "第一个请求与应答,逐跳" },
  walkMore: {
    en: "(lvsim run {name} -v: all {count} events)",
    zh: "(lvsim run {name} -v:全部 {count} 个事件)",
  },
  noPacket: {
    en: "No request left {host}: there is nothing to follow.",
    zh: "{host} 没有发出请求,无可跟踪。",
  },
  restHeading: { en: "The rest of the exchange, until {time}", zh: "这次交互的其余报文,到 {time}" },
  restMore: { en: "… and {count} more packets", zh: "……还有 {count} 个报文" },
  everyone: { en: "everyone", zh: "所有主机" },
  arpAsks: { en: "ARP who has {address}?", zh: "ARP 谁有 {address}?" },
  arpAnnounces: { en: "ARP announcement of {address}", zh: "ARP 通告 {address}" },
  arpAnswers: { en: "{host} answers (#{frame})", zh: "{host} 应答(#{frame})" },
  arpFinds: {
    en: "ARP finds {host} (#{question}, #{frame})",
    zh: "ARP 找到 {host}(#{question}、#{frame})",
  },
  arpNobody: { en: "nobody answers", zh: "无人应答" },
  arpSilent: { en: "{hosts} silent: {setting}", zh: "{hosts} 不应答:{setting}" },
  arpReply: { en: "ARP {address} is at {host}", zh: "ARP {address} 在 {host}" },
  believes: {
    en: "{host} now believes: {address} = {owner}",
    zh: "{host} 现在认为:{address} = {owner}",
  },
  sends: { en: "sends {packet}", zh: "发出 {packet}" },
  via: { en: "via {points}", zh: "经 {points}" },
  pointsAccept: { en: "{points}: accept", zh: "{points}:接受" },
  pointsLeadTo: { en: "{points} → {end}", zh: "{points} → {end}" },
  pointDoes: { en: "{point}: {what}", zh: "{point}:{what}" },
  accept: { en: "accept", zh: "接受" },
  dropVerdict: { en: "drop", zh: "丢弃" },
  stolen: { en: "taken over", zh: "接管" },
  ruleDecides: { en: "rule {rule}: {verdict}", zh: "规则 {rule}:{verdict}" },
  toInput: { en: "{address} is local → INPUT", zh: "{address} 是本机地址 → INPUT" },
  toForward: { en: "{address} is elsewhere → FORWARD", zh: "{address} 不在本机 → FORWARD" },
  ipvsChooses: {
    en: "IPVS {scheduler} chooses {server} ({method})",
    zh: "IPVS {scheduler} 选择 {server}({method})",
  },
  ipvsKnows: {
    en: "IPVS knows the connection: {server} ({method})",
    zh: "IPVS 已有该连接:{server}({method})",
  },
  ipvsAnswer: { en: "IPVS knows the answer of {server}", zh: "IPVS 认出 {server} 的应答" },
  natTranslates: { en: "NAT translates", zh: "NAT 改写" },
  connectionState: { en: "{state} for {seconds} s", zh: "{state} {seconds} 秒" },
  delivered: { en: "{protocol} port {port}", zh: "{protocol} 端口 {port}" },
  unpacked: { en: "unpacked: #{frame}, TTL {ttl}", zh: "解封:#{frame},TTL {ttl}" },
  localOn: { en: "{address} is on {device}", zh: "{address} 在 {device} 上" },
  dropped: { en: "dropped: {reason}", zh: "丢弃:{reason}" },
  changeMac: { en: "MAC {from} → {to}", zh: "MAC {from} → {to}" },
  ttl: { en: "TTL {ttl}", zh: "TTL {ttl}" },
  ttlBoth: { en: "TTL inside {inner}, outside {outer}", zh: "TTL 内层 {inner},外层 {outer}" },
  changeSource: { en: "source {from} → {to}", zh: "源 {from} → {to}" },
  changeDestination: { en: "destination {from} → {to}", zh: "目的 {from} → {to}" },
  untouched: { en: "IP addresses and ports untouched", zh: "IP 地址和端口不变" },
  inside: { en: "inside: #{frame} {packet}", zh: "内层:#{frame} {packet}" },
  octets: { en: "{count} B", zh: "{count} 字节" },

  sheetStep: { en: "sheet {number}", zh: "手册第 {number} 步" },
  sheetDiffers: { en: "≠ Linux differs: {how}", zh: "≠ Linux 有所不同:{how}" },
  sheetUnseen: { en: "not seen in this run", zh: "这次运行中没有出现" },

  requestsHeading: { en: "{count} requests", zh: "{count} 次请求" },
  shareEquals: { en: "as weighted (deviation 0)", zh: "与权重一致(偏差 0)" },
  shareDiffers: {
    en: "at most {deviation} % off the weights",
    zh: "与权重最多相差 {deviation} %",
  },
  allAnswered: { en: "all answered", zh: "全部得到应答" },
  someAnswered: { en: "{answered} of {count} answered", zh: "{count} 次中 {answered} 次得到应答" },
  noAnswer: {
    en: "no answer after {seconds} s: exit status {status}",
    zh: "{seconds} 秒后仍没有应答:退出状态 {status}",
  },
  reached: { en: "#{frame} reached {host}", zh: "#{frame} 到达 {host}" },
  ownSource: {
    en: "{host} dropped #{frame} as a martian: its source {address} is {host}'s own address ({reason})",
    zh: "{host} 把 #{frame} 当作火星包丢弃:源地址 {address} 是 {host} 自己的地址({reason})",
  },
  droppedAt: { en: "{host} dropped #{frame}: {reason}", zh: "{host} 丢弃 #{frame}:{reason}" },

  ownersHeading: { en: "Who owns {address}?", zh: "谁拥有 {address}?" },
  ownerSince: {
    en: "{host}: {owner} (since {time}, #{frame})",
    zh: "{host}:{owner}(自 {time} 起,#{frame})",
  },
  ownerKnown: { en: "{host}: {owner} (since {time})", zh: "{host}:{owner}(自 {time} 起)" },
  noEntry: { en: "no entry: {hosts}", zh: "没有条目:{hosts}" },
  ownsItself: { en: "held by {host} on {device}", zh: "{host} 持有,在 {device}" },
  noOtherAnswer: { en: "no other answer, no move", zh: "没有别的应答,没有变动" },
  moved: {
    en: "moved at {time} (#{frame}): {host} went from {from} to {to}",
    zh: "{time} 变动(#{frame}):{host} 从 {from} 改为 {to}",
  },
  answeredTwice: {
    en: "#{frame} had several answers: {hosts}",
    zh: "#{frame} 得到多个应答:{hosts}",
  },

  whyNothing: {
    en: "Every request was answered, in time and by way of the director.",
    zh: "所有请求都经调度器及时得到应答。",
  },
  whyAttempt: { en: "sent once", zh: "发送 1 次" },
  whyAttempts: { en: "sent {count} times", zh: "发送 {count} 次" },
  whyPacket: { en: "a packet", zh: "报文" },
  whyWay: { en: "Way", zh: "路径" },
  whyBecause: { en: "Because", zh: "原因" },
  whySince: { en: "Since", zh: "来源" },
  whyMend: { en: "Mend", zh: "修复" },
  whyNever: {
    en: "no command of {host} configured it otherwise",
    zh: "{host} 上没有命令改过它",
  },
  whyOrigin: { en: "{host}# {command}", zh: "{host}# {command}" },
  whyWithout: { en: "leave out: {command}", zh: "去掉:{command}" },
  whyInstead: { en: "{command}   instead of   {was}", zh: "{command}   代替   {was}" },
  whyFrom: { en: "ask from {host}", zh: "从 {host} 访问" },
  whyTried: {
    en: "(tried on a fork: {sound} of {requests} requests well; {trials} forks in all)",
    zh: "(在分叉上试过:{requests} 次请求中 {sound} 次正常;共 {trials} 次分叉)",
  },
  whyLate: { en: "made just before this request", zh: "在这次请求之前修改" },
  whyNoMend: {
    en: "no single change of configuration mends it ({trials} forks tried)",
    zh: "没有找到能修复它的单项配置修改(试了 {trials} 次分叉)",
  },

  lintNothing: {
    en: "Nothing to say: no advice on this lab.",
    zh: "没有建议:这个实验没有发现问题。",
  },
  lintBetter: { en: "better: {command}", zh: "建议:{command}" },
  lintShown: { en: "shown by: lvsim run {lab}", zh: "演示:lvsim run {lab}" },

  ladderScheduled: { en: "IPVS chooses {server} ({method})", zh: "IPVS 选择 {server}({method})" },
  nobodyAsked: { en: "nobody asked", zh: "没有主机询问过" },
  ownedFor: {
    en: "{host}: {owner} from {from} to {to} s",
    zh: "{host}:{owner},{from} 到 {to} 秒",
  },
  modeForwarding: { en: "Forwarding", zh: "转发方式" },
  modeRequestWay: { en: "Way of a request", zh: "请求路径" },
  modeReplyWay: { en: "Way of its reply", zh: "应答路径" },
  modeAtServer: { en: "Real server sees", zh: "真实服务器看到" },
  modeTtl: { en: "TTL there", zh: "到达时 TTL" },
  modeChanged: { en: "Director changes", zh: "调度器修改" },
  modeThroughDirector: { en: "Reply by director", zh: "应答经调度器" },
  modeVipOnServer: { en: "VIP on real server", zh: "真实服务器有 VIP" },
  modeGateway: { en: "Real server's gateway", zh: "真实服务器网关" },
  modeYes: { en: "yes", zh: "是" },
  modeNo: { en: "no", zh: "否" },
  modeDirector: { en: "the director", zh: "调度器" },
  modeMac: { en: "MAC addresses only", zh: "只改 MAC 地址" },
  modeDestination: { en: "destination", zh: "目的地址" },
  modeBoth: { en: "source and destination", zh: "源地址和目的地址" },
  modeOuter: { en: "puts it into another packet", zh: "外加一层 IP 首部" },
  fairnessHeading: {
    en: "{director} {service} {scheduler}: {count} connections",
    zh: "{director} {service} {scheduler}:{count} 个连接",
  },
  fairnessServer: { en: "Real server", zh: "真实服务器" },
  fairnessColumns: {
    en: "weight  count    share      due burst   lag",
    zh: "  权重   次数     份额     应得  连续  落后",
  },
  fairnessVerdict: {
    en: "greatest deviation {deviation} · Jain's index {jain} · longest burst {burst}",
    zh: "最大偏差 {deviation} · Jain 指数 {jain} · 最长连续 {burst} 次",
  },
  disruptionHeading: { en: "What changes of services disturbed", zh: "服务变更的影响" },
  disruptionNone: {
    en: "No service was changed while requests were sent.",
    zh: "发送请求期间没有变更服务。",
  },
  disruptionClients: {
    en: "{moved} of {clients} clients moved",
    zh: "{clients} 个客户端中 {moved} 个换了服务器",
  },
  disruptionNeedless: {
    en: "{moved} of {clients} clients moved, {needless} of them though their server remained",
    zh: "{clients} 个客户端中 {moved} 个换了服务器,其中 {needless} 个原服务器仍在",
  },
  disruptionRequests: {
    en: "{failed} of {requests} requests failed",
    zh: "{requests} 次请求中 {failed} 次失败",
  },
  disruptionFailed: { en: "failed", zh: "失败" },
  noServer: { en: "nobody", zh: "无" },
  compareSame: {
    en: "No difference: {compared} things of the recording by {by} are as simulated.",
    zh: "没有差异:{by} 的记录中 {compared} 项与模拟一致。",
  },
  compareDiffers: {
    en: "Differences between the recording by {by} and the simulation: {count} ({compared} things compared).",
    zh: "{by} 的记录与模拟有 {count} 处差异(共比较 {compared} 项)。",
  },
  compareMissing: { en: "Not in the recording: {paths}", zh: "记录中没有:{paths}" },
  compareFirstStart: {
    en: "First difference: the start-up command {what} ended otherwise; what comes later may follow from it.",
    zh: "第一处差异:启动命令 {what} 的结果不同,后面的差异可能由此引起。",
  },
  compareFirstExtra: {
    en: "First difference, at {at} s on {device} of {host}: the simulation has {text} {simulated} times, the recording {recorded}.",
    zh: "第一处差异,在 {at} 秒,{host} 的 {device}:模拟有 {simulated} 次 {text},记录有 {recorded} 次。",
  },
  compareFirstLacking: {
    en: "First difference, at {at} s on {device} of {host}: the recording has {text} {recorded} times, the simulation {simulated}.",
    zh: "第一处差异,在 {at} 秒,{host} 的 {device}:记录有 {recorded} 次 {text},模拟有 {simulated} 次。",
  },
  compareAfter: { en: " Just before it: {after}.", zh: "紧接在它之前:{after}。" },
  compareFirstOther: {
    en: "First difference: {what}; all frames are alike.",
    zh: "第一处差异:{what};报文全部一致。",
  },
  compareStarts: {
    en: "Start-up commands (- simulation, + recording)",
    zh: "启动命令(- 模拟,+ 记录)",
  },
  compareFrames: { en: "Frames", zh: "报文" },
  compareCounts: {
    en: "simulation {simulated}, recording {recorded}",
    zh: "模拟 {simulated} 次,记录 {recorded} 次",
  },
  compareRequests: { en: "Requests (- simulation, + recording)", zh: "请求(- 模拟,+ 记录)" },
  compareTables: { en: "Tables (- simulation, + recording)", zh: "表(- 模拟,+ 记录)" },
  compareChecks: { en: "Checks (- simulation, + recording)", zh: "检查(- 模拟,+ 记录)" },
  compareMore: { en: "… and {count} more", zh: "……还有 {count} 处" },
  htmlRun: {
    en: "lvsim run {name} --seed {seed} · fingerprint {fingerprint}",
    zh: "lvsim run {name} --seed {seed} · 指纹 {fingerprint}",
  },

  next: { en: "Next:", zh: "接下来:" },
  wroteCaptures: {
    en: "Wrote {count} capture files to {folder}",
    zh: "已写出 {count} 个抓包文件到 {folder}",
  },
  eventsHeading: { en: "All {count} events", zh: "全部 {count} 个事件" },
} as const satisfies Record<string, { readonly en: string; readonly zh: string }>;

/** `a, b`, or `a、b`. */
export const listOf = (language: Language, items: readonly string[]): string =>
  items.join(language === "zh" ? "、" : ", ");

export type TextKey = keyof typeof TEXTS;

/** The names between braces in a text. */
type Placeholders<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

type Values<Key extends TextKey> = {
  readonly [Name in Placeholders<(typeof TEXTS)[Key]["en"]>]: string | number;
};
type Arguments<Key extends TextKey> =
  Placeholders<(typeof TEXTS)[Key]["en"]> extends never ? [] : [values: Values<Key>];

/** The text in `language`, with its values filled in. */
export function say<Key extends TextKey>(
  language: Language,
  key: Key,
  ...[values]: Arguments<Key>
): string {
  return fill(TEXTS[key][language], values ?? {});
}

/** A text with its values where `{name}` stands; for tables of texts that are chosen while it runs. */
export const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{(\w+)\}/g, (_whole, name: string) => String(values[name] ?? ""));
