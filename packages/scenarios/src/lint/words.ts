/** The rules of lint: what each says in both languages, how bad it is, and the lab of the catalogue that shows it. */

interface LintRule {
  /** `wrong` breaks requests or will; `risk` does under circumstances that the lab need not show. */
  readonly level: "wrong" | "risk";
  /** A lab that shows what comes of it; "" for none. */
  readonly lab: string;
  readonly en: string;
  readonly zh: string;
}

export const LINT = {
  "vip-answered-twice": {
    level: "wrong",
    lab: "arp-ignore-missing",
    en: "{hosts} will answer ARP for the VIP {vip} beside {director}: arp_ignore is 0",
    zh: "{hosts} 会与 {director} 一起应答 VIP {vip} 的 ARP:arp_ignore 为 0",
  },
  "arp-announce": {
    level: "wrong",
    lab: "arp-announce-missing",
    en: "{hosts} may ask ARP with the VIP {vip} as its own address: arp_announce is below 2",
    zh: "{hosts} 可能用 VIP {vip} 作为源地址发送 ARP 请求:arp_announce 小于 2",
  },
  "arp-ignore-on-lo": {
    level: "wrong",
    lab: "arp-ignore-on-lo-only",
    en: "arp_ignore of lo on {hosts} does nothing: no ARP request comes in by lo",
    zh: "{hosts} 上 lo 的 arp_ignore 不起作用:ARP 请求不会从 lo 进来",
  },
  "dummy-answers": {
    level: "wrong",
    lab: "address-on-every-node",
    en: "{hosts} all have {vip}, and all answer ARP for it",
    zh: "{hosts} 都有 {vip},都会应答它的 ARP",
  },
  "address-of-another": {
    level: "wrong",
    lab: "external-ip-is-a-node",
    en: "{host} has {address} on {device}, which is the address of {other}: it no longer reaches {other}",
    zh: "{host} 在 {device} 上有 {address},而那是 {other} 的地址:它再也访问不到 {other}",
  },
  "nat-gateway": {
    level: "wrong",
    lab: "gateway-is-not-the-director",
    en: "answers of {hosts} will not pass {director}: its route to clients leads elsewhere",
    zh: "{hosts} 的应答不会经过 {director}:它到客户端的路由指向别处",
  },
  "nat-same-segment": {
    level: "wrong",
    lab: "client-on-server-network",
    en: "{client} stands on the segment of the masqueraded servers {hosts}: they answer it directly",
    zh: "{client} 与 NAT 后的 {hosts} 在同一网段:它们会直接应答",
  },
  "nat-forwarding": {
    level: "wrong",
    lab: "ip-forward-off",
    en: "{director} masquerades but does not forward: requests pass, answers do not (ip_forward=0)",
    zh: "{director} 做 NAT 却不转发:请求能过,应答过不去(ip_forward=0)",
  },
  "one-arm-redirects": {
    level: "wrong",
    lab: "one-arm-redirect",
    en: "{director} forwards answers out by {device}, where they came in, and sends redirects (send_redirects=1)",
    zh: "{director} 把应答从进来的 {device} 转发回去,并会发送重定向(send_redirects=1)",
  },
  "nat-rules-untracked": {
    level: "wrong",
    lab: "snat-rule-never-matches",
    en: "{director} has POSTROUTING rules of the nat table, which packets of IPVS never meet: vs.conntrack is 0",
    zh: "{director} 有 nat 表的 POSTROUTING 规则,而 IPVS 报文不会经过它:vs.conntrack 为 0",
  },
  "invalid-dropped": {
    level: "wrong",
    lab: "firewall-drops-invalid",
    en: "{director} drops INVALID packets; answers through IPVS are so while vs.conntrack is 0",
    zh: "{director} 丢弃 INVALID 报文;vs.conntrack 为 0 时经 IPVS 的应答就属于此类",
  },
  "input-closed": {
    level: "wrong",
    lab: "input-policy-drop",
    en: "INPUT of {director} drops by policy and no rule accepts {service}: IPVS takes packets at INPUT",
    zh: "{director} 的 INPUT 默认丢弃,且没有规则放行 {service}:IPVS 在 INPUT 处接收报文",
  },
  "forward-closed": {
    level: "wrong",
    lab: "forward-policy-drop",
    en: "FORWARD of {director} drops by policy and no rule accepts answers of {service}",
    zh: "{director} 的 FORWARD 默认丢弃,且没有规则放行 {service} 的应答",
  },
  "vip-missing": {
    level: "wrong",
    lab: "vip-missing-on-real-servers",
    en: "{hosts} serves {vip} by direct routing or tunnel and does not have that address",
    zh: "{hosts} 以 DR 或隧道方式为 {vip} 服务,却没有这个地址",
  },
  "vip-mask": {
    level: "wrong",
    lab: "",
    en: "{host} has {vip} on {device}: the whole subnet becomes local; use /32",
    zh: "{host} 在 {device} 上配置 {vip}:整个网段变成本机地址;应使用 /32",
  },
  "port-ignored": {
    level: "wrong",
    lab: "port-of-the-real-server",
    en: "{director}# {command}: direct routing and tunnels keep the port; {port} is ignored",
    zh: "{director}# {command}:DR 和隧道不改端口,{port} 被忽略",
  },
  "server-not-on-link": {
    level: "wrong",
    lab: "real-server-behind-a-router",
    en: "{hosts} is behind a router for {director}: direct routing needs a common segment",
    zh: "{hosts} 与 {director} 之间隔着路由器:DR 要求在同一网段",
  },
  "reply-through-director": {
    level: "wrong",
    lab: "reply-through-the-director",
    en: "the gateway of {hosts} is {director}, which drops answers from its own VIP as martians",
    zh: "{hosts} 的网关是 {director};它把源地址是自己 VIP 的应答当作火星报文丢弃",
  },
  "rp-filter-tunnel": {
    level: "wrong",
    lab: "rp-filter-on-tunl0",
    en: "{hosts} takes packets out of {device} with rp_filter on: the route to the client leaves elsewhere",
    zh: "{hosts} 从 {device} 解封报文时启用了 rp_filter:到客户端的路由走别的网卡",
  },
  "rp-filter": {
    level: "risk",
    lab: "rp-filter-asymmetric-route",
    en: "{hosts} checks the way back strictly (rp_filter=1) and has several devices",
    zh: "{hosts} 严格检查反向路径(rp_filter=1),且有多块网卡",
  },
  "tunnel-mtu": {
    level: "risk",
    lab: "uploads-hang-on-mtu",
    en: "packets of 1481 to 1500 octets do not fit into the tunnel of {director} to {hosts} (MTU 1500)",
    zh: "1481 到 1500 字节的报文放不进 {director} 到 {hosts} 的隧道(MTU 1500)",
  },
  "persistence-uneven": {
    level: "risk",
    lab: "office-behind-one-address",
    en: "{service} on {director} is persistent: {share} of {count} connections went to {server}",
    zh: "{director} 的 {service} 启用了会话保持:{count} 个连接中有 {share} 个到 {server}",
  },
  "quiesced-persistent": {
    level: "risk",
    lab: "quiesced-server-keeps-its-clients",
    en: "{servers} has weight 0, but persistent clients of {service} keep coming: expire_quiescent_template is 0",
    zh: "{servers} 权重为 0,但 {service} 的持久客户端仍会到来:expire_quiescent_template 为 0",
  },
  "quiesced-hash": {
    level: "wrong",
    lab: "source-hash-without-fallback",
    en: "{service} hashes onto {servers} of weight 0 and refuses those clients: no fallback",
    zh: "{service} 会散列到权重为 0 的 {servers} 并拒绝这些客户端:没有 fallback",
  },
  "udp-sticks": {
    level: "risk",
    lab: "udp-flow-sticks",
    en: "{service} on {director} is UDP without one-packet scheduling: a flow keeps its server",
    zh: "{director} 的 {service} 是 UDP 且没有单包调度:一条流固定在一台服务器",
  },
  "udp-never-active": {
    level: "wrong",
    lab: "nq-on-udp",
    en: "{service} on {director}: {scheduler} counts active connections only, and UDP has none",
    zh: "{director} 的 {service}:{scheduler} 只看活动连接,而 UDP 没有活动连接",
  },
  "no-server": {
    level: "risk",
    lab: "node-without-pods",
    en: "{service} on {director} has no usable server",
    zh: "{director} 的 {service} 没有可用的服务器",
  },
  "nobody-there": {
    level: "wrong",
    lab: "",
    en: "{service} on {director} names {servers}, an address that no machine has",
    zh: "{director} 的 {service} 指向 {servers},没有主机拥有这个地址",
  },
  "directors-as-servers": {
    level: "wrong",
    lab: "two-directors-ping-pong",
    en: "{hosts} balance {service} and serve it for each other: packets go round in circles",
    zh: "{hosts} 都在调度 {service} 又互为服务器:报文会来回转圈",
  },
  "saved-rules": {
    level: "risk",
    lab: "saved-rules-lose-thresholds",
    en: "{host} saves and restores its table: thresholds are not saved, and the order of servers turns round",
    zh: "{host} 保存并恢复规则:阈值不会保存,服务器顺序会颠倒",
  },
  contested: {
    level: "wrong",
    lab: "arp-ignore-missing",
    en: "{hosts} answered one ARP question for {address} (#{frame})",
    zh: "{hosts} 都应答了对 {address} 的同一个 ARP 请求(#{frame})",
  },
  moved: {
    level: "risk",
    lab: "arp-announce-missing",
    en: "{host} moved {address} from {from} to {to} at {time} s (#{frame})",
    zh: "{host} 在 {time} 秒把 {address} 从 {from} 改到 {to}(#{frame})",
  },
  lost: {
    level: "risk",
    lab: "",
    en: "{host} dropped {count} packets: {reason}{why}",
    zh: "{host} 丢弃了 {count} 个报文:{reason}{why}",
  },
} as const satisfies Record<string, LintRule>;

export type LintKey = keyof typeof LINT;
