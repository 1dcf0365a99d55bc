/** The sentences of diagnosis in both languages, with `{name}` where a value goes. */

export const SYMPTOMS = {
  "nothing-sent": {
    en: "{machine}: {command}  sent nothing: exit status {status}",
    zh: "{machine}:{command}  没有发出任何报文:退出状态 {status}",
  },
  silent: {
    en: "{machine}: {command}  got no answer after {seconds} s ({attempts})",
    zh: "{machine}:{command}  {seconds} 秒后没有应答({attempts})",
  },
  refused: {
    en: "{machine}: {command}  was refused (RST)",
    zh: "{machine}:{command}  被拒绝(RST)",
  },
  unreachable: {
    en: "{machine}: {command}  was told by ICMP that it cannot get there",
    zh: "{machine}:{command}  收到 ICMP 不可达",
  },
  stalled: {
    en: "{machine}: {command}  began to talk and got stuck: exit status {status} after {seconds} s",
    zh: "{machine}:{command}  连接建立后停滞:{seconds} 秒后退出状态 {status}",
  },
  slow: {
    en: "{machine}: {command}  was answered, but late: {seconds} s",
    zh: "{machine}:{command}  得到应答,但很慢:{seconds} 秒",
  },
  bypassed: {
    en: "{machine}: {command}  was answered by {server}, past the director",
    zh: "{machine}:{command}  由 {server} 直接应答,绕过了调度器",
  },
  contested: {
    en: "{machine}: {command}  was answered, but several machines say that they have the address",
    zh: "{machine}:{command}  得到应答,但有多台主机声称拥有该地址",
  },
  unwanted: {
    en: "every request was answered, but not all that should hold does",
    zh: "所有请求都得到应答,但并非所有预期都成立",
  },
  unexpected: {
    en: "{machine}: {command}  ended otherwise than expected: exit status {status}",
    zh: "{machine}:{command}  结果与预期不符:退出状态 {status}",
  },
} as const;

/** Where the packets ended. */
export const ENDS = {
  dropped: {
    en: "{host} dropped {packet} (#{frame}): {reason}",
    zh: "{host} 丢弃了 {packet}(#{frame}):{reason}",
  },
  droppedFor: {
    en: "{host} dropped {packet} (#{frame}): {reason}, by {why}",
    zh: "{host} 丢弃了 {packet}(#{frame}):{reason},依据 {why}",
  },
  unresolved: {
    en: "{host} asked who has {address} for {packet} (#{frame}) and nobody answered",
    zh: "{host} 为发送 {packet}(#{frame})询问谁有 {address},无人应答",
  },
  vanished: {
    en: "{packet} (#{frame}) left {host} for a MAC address that nobody took in",
    zh: "{packet}(#{frame})离开 {host},但没有主机接收它的目的 MAC",
  },
  delivered: {
    en: "{packet} (#{frame}) reached {host} by {path}",
    zh: "{packet}(#{frame})经 {path} 到达 {host}",
  },
  noRoute: { en: "no route: {machine} could send nothing", zh: "没有路由:{machine} 发不出报文" },
} as const;

export const CAUSES = {
  vipMissing: {
    en: "{hosts} does not have the VIP {vip}, so it takes no packet for it",
    zh: "{hosts} 没有 VIP {vip},不接收发往它的报文",
  },
  vipMask: {
    en: "{host} has {vip} on {device}: with that mask the whole subnet is local to it",
    zh: "{host} 在 {device} 上配置了 {vip}:这个掩码使整个网段成为本机地址",
  },
  vipMissingOnDirector: {
    en: "nobody answers for {vip}: {host} does not have it",
    zh: "{vip} 无人应答:{host} 没有这个地址",
  },
  addressTwice: {
    en: "{address} is on several machines: {hosts}",
    zh: "{address} 同时在多台主机上:{hosts}",
  },
  arpIgnore: {
    en: "{hosts} answers ARP for the VIP {vip} too: arp_ignore is 0",
    zh: "{hosts} 也应答 VIP {vip} 的 ARP:arp_ignore 为 0",
  },
  arpAnnounce: {
    en: "{hosts} asks ARP with the VIP {vip} as its own address: arp_announce is below 2",
    zh: "{hosts} 用 VIP {vip} 作为源地址发送 ARP 请求:arp_announce 小于 2",
  },
  arpBoth: {
    en: "{hosts} shows the VIP {vip} in ARP: arp_ignore is 0 and arp_announce below 2",
    zh: "{hosts} 在 ARP 中暴露 VIP {vip}:arp_ignore 为 0,arp_announce 小于 2",
  },
  arpSilent: {
    en: "{host} has {address} and keeps silent: {setting}",
    zh: "{host} 拥有 {address} 但不应答 ARP:{setting}",
  },
  noArp: {
    en: "{device} of {host} does no ARP (NOARP)",
    zh: "{host} 的 {device} 关闭了 ARP(NOARP)",
  },
  neighbour: {
    en: "the neighbour table of {host} holds a wrong or old entry on {device}",
    zh: "{host} 的邻居表在 {device} 上有错误或过期的条目",
  },
  needsSnat: {
    en: "{hosts} sees the client's own address and answers past {director}, or takes it for a forgery",
    zh: "{hosts} 看到的是客户端原地址,于是绕过 {director} 应答,或视为伪造报文",
  },
  sendRedirects: {
    en: "{host} sends ICMP redirects: whoever hears them goes past it afterwards",
    zh: "{host} 发送 ICMP 重定向:收到者之后会绕过它",
  },
  untracked: {
    en: "{host} has rules of the nat table, but packets of IPVS are untracked: net.ipv4.vs.conntrack is 0",
    zh: "{host} 有 nat 表规则,但 IPVS 报文不被跟踪:net.ipv4.vs.conntrack 为 0",
  },
  natGateway: {
    en: "answers of {hosts} do not pass {director}: its route to the client leads elsewhere",
    zh: "{hosts} 的应答不经过 {director}:它到客户端的路由指向别处",
  },
  natSameSegment: {
    en: "{hosts} reaches the client directly, so {director} cannot turn the addresses of the answer back",
    zh: "{hosts} 直接到达客户端,{director} 无法改回应答的地址",
  },
  noGateway: { en: "{host} has no default route", zh: "{host} 没有默认路由" },
  wrongGateway: {
    en: "the default route of {host} leads to {gateway}",
    zh: "{host} 的默认路由指向 {gateway}",
  },
  gatewayIsDirector: {
    en: "the default route of {host} is the director {director}, which has the VIP itself and takes the answer for a forgery",
    zh: "{host} 的默认路由是调度器 {director};它自己拥有 VIP,把应答当作伪造报文",
  },
  forwardingOff: {
    en: "{host} does not forward: ip_forward is 0",
    zh: "{host} 不转发:ip_forward 为 0",
  },
  deviceDown: { en: "{device} of {host} is down", zh: "{host} 的 {device} 处于 down 状态" },
  oddMask: {
    en: "{host} has {address}; the others of the segment have /{length}",
    zh: "{host} 的地址是 {address};同网段其他主机是 /{length}",
  },
  routeAstray: {
    en: "a route of {host} leads astray: {route}",
    zh: "{host} 的一条路由把报文引向别处:{route}",
  },
  policyRule: {
    en: "a policy rule of {host} decides (priority {priority})",
    zh: "{host} 的一条策略路由规则起作用(优先级 {priority})",
  },
  rpFilter: {
    en: "{host} checks the way back (rp_filter on {device}) and the route to the source leaves elsewhere",
    zh: "{host} 检查反向路径({device} 的 rp_filter),而到源地址的路由走别的网卡",
  },
  acceptLocal: {
    en: "{host} has the packet's source {vip} itself and takes it for a forgery",
    zh: "{host} 自己拥有报文的源地址 {vip},视为伪造",
  },
  sysctl: {
    en: "{name} is {value} on {host}",
    zh: "{host} 的 {name} 为 {value}",
  },
  redirects: {
    en: "{host} follows ICMP redirects on {device} and goes past the director afterwards",
    zh: "{host} 在 {device} 上接受 ICMP 重定向,之后绕过调度器",
  },
  noService: {
    en: "{host} has no virtual service {service} (it has {other})",
    zh: "{host} 没有虚拟服务 {service}(有 {other})",
  },
  weightZero: {
    en: "{service} on {host}: weight 0 for {servers}",
    zh: "{host} 上的 {service}:{servers} 的权重为 0",
  },
  thresholds: {
    en: "{service} on {host}: {servers} is at its upper threshold",
    zh: "{host} 上的 {service}:{servers} 达到连接上限",
  },
  emptyService: {
    en: "{service} on {host} has no real server",
    zh: "{host} 上的 {service} 没有真实服务器",
  },
  wrongServer: {
    en: "{service} on {host} names {server}, where no real server is",
    zh: "{host} 上的 {service} 指向 {server},那里没有真实服务器",
  },
  wrongPort: {
    en: "{host} sends to {servers}, where nothing listens (port {port} is right)",
    zh: "{host} 转发到 {servers},那里没有监听(应为端口 {port})",
  },
  method: {
    en: "the forwarding method of {service} on {host} does not work here ({method} does)",
    zh: "{host} 上 {service} 的转发方式在此不可用({method} 可以)",
  },
  persistence: {
    en: "persistence of {service} on {host} keeps clients where they were",
    zh: "{host} 上 {service} 的持久连接把客户端固定在原处",
  },
  schedulerOption: {
    en: "the scheduler of {service} on {host} leads there ({option} does not)",
    zh: "{host} 上 {service} 的调度算法导致如此({option} 不会)",
  },
  onePacket: {
    en: "one entry of {service} on {host} takes all datagrams of a flow to one server",
    zh: "{host} 上 {service} 的一个连接条目把整条 UDP 流固定到一台服务器",
  },
  secondDirector: {
    en: "{host} balances too, and sends packets on again that were meant for itself",
    zh: "{host} 也在做调度,把本应自己处理的报文再次转发",
  },
  timeouts: {
    en: "{host} forgets idle connections too early (timeouts {timeouts})",
    zh: "{host} 过早清除空闲连接(超时 {timeouts})",
  },
  localAddresses: {
    en: "{service} on {host} has no local address left for full-nat",
    zh: "{host} 上 {service} 的 full-nat 本地地址用尽",
  },
  rule: { en: "{host} {chain}: {rule}", zh: "{host} {chain}:{rule}" },
  policy: {
    en: "the policy of {chain} on {host} is DROP",
    zh: "{host} 上 {chain} 的默认策略是 DROP",
  },
  mtu: { en: "{device} of {host} has an MTU of {mtu}", zh: "{host} 的 {device} MTU 为 {mtu}" },
  segmentSize: {
    en: "full-size segments do not fit the way, and {hosts} does not hear of it",
    zh: "满长的报文段放不下,而 {hosts} 得不到通知",
  },
  tunnelDown: {
    en: "{host} has no tunnel that is up to take packets out of",
    zh: "{host} 没有启用的隧道设备来解封",
  },
  unlikePeer: {
    en: "{host} differs from {other}: {what} ({other}: {theirs})",
    zh: "{host} 与 {other} 不同:{what}({other}:{theirs})",
  },
  notListening: {
    en: "nothing listens on port {port} of {host}",
    zh: "{host} 的端口 {port} 没有监听",
  },
  markTooLate: {
    en: "no packet comes to {service} on {host} with the mark {mark}: it is set too late or not at all",
    zh: "到达 {host} 上 {service} 的报文没有标记 {mark}:设置得太晚或没有设置",
  },
  portsApart: {
    en: "{host} keeps clients of {services} apart: each service has templates of its own",
    zh: "{host} 上 {services} 各有自己的会话模板,互不相关",
  },
  sameStart: {
    en: "{hosts} have equal lists of servers, so all begin with the same one",
    zh: "{hosts} 的服务器列表相同,都从同一台开始",
  },
  deleted: {
    en: "{server} was deleted on {host} while clients were connected",
    zh: "{host} 在客户端仍有连接时删除了 {server}",
  },
  drained: {
    en: "{server} has weight 0 on {host}, which leaves connections that it has",
    zh: "{host} 把 {server} 的权重设为 0,已有连接仍会保留",
  },
  noToa: {
    en: "{hosts} sees the director's address: the client's is in an option that nobody reads (module toa)",
    zh: "{hosts} 看到的是调度器的地址:客户端地址在 TCP 选项里,但没有加载 toa 模块来读取",
  },
  noPortMapping: {
    en: "nothing listens on port {port} of {host}: this forwarding method cannot change it to {wished}",
    zh: "{host} 的端口 {port} 没有监听:这种转发方式不能把它改为 {wished}",
  },
  directorAsks: {
    en: "{host} is the director itself: answers to its own VIP cannot come back ({other} can ask)",
    zh: "{host} 就是调度器:发往自己 VIP 的请求收不到应答({other} 可以访问)",
  },
  listensElsewhere: {
    en: "{host}# {command}  does not listen where it is asked, or answers from another address",
    zh: "{host}# {command}  监听的位置与请求不符,或用别的地址应答",
  },
  serverLeftOut: {
    en: "{service} on {host} does not have {server}, which runs what its servers run",
    zh: "{host} 上的 {service} 没有 {server},而它运行着同样的程序",
  },
  oddMethod: {
    en: "{service} on {host} forwards to {servers} otherwise than to the others ({method})",
    zh: "{host} 上的 {service} 对 {servers} 的转发方式与其他服务器不同(应为 {method})",
  },
  vipOnWire: {
    en: "{host} has the VIP {vip} on {device}, where it answers ARP for it",
    zh: "{host} 的 VIP {vip} 在 {device} 上,会应答它的 ARP",
  },
  takenAway: {
    en: "{host} had {what} before",
    zh: "{host} 原来有 {what}",
  },
  keepalivedWord: {
    en: "keepalived on {host} does not know the word {word} and passes over it; {meant} was meant",
    zh: "{host} 上的 keepalived 不认识 {word},跳过了它;应为 {meant}",
  },
  keepalivedState: {
    en: "on {host} the initial state is MASTER, with which keepalived clears nopreempt",
    zh: "{host} 的初始状态是 MASTER,keepalived 因此清除了 nopreempt",
  },
  keepalivedSyncId: {
    en: "the synchronisation daemons of {host} and {other} have different ids",
    zh: "{host} 与 {other} 的同步进程编号不同",
  },
  keepalivedQuorum: {
    en: "on {host} the quorum is {quorum}: with fewer servers alive the others leave the service too",
    zh: "{host} 的 quorum 是 {quorum}:存活的服务器不足时,其余的也被移出服务",
  },
  keepalivedRouterId: {
    en: "{host} and {other} are different virtual routers with one virtual_router_id, {id}",
    zh: "{host} 与 {other} 是不同的虚拟路由器,却共用 virtual_router_id {id}",
  },
  keepalivedRefresh: {
    en: "the master among {hosts} announces the VIP only when it becomes master (no garp_master_refresh)",
    zh: "{hosts} 中的主机只在成为主机时宣告 VIP(没有 garp_master_refresh)",
  },
  keepalivedPreempts: {
    en: "among {hosts} whoever has the higher priority takes over as soon as it is there (no nopreempt)",
    zh: "{hosts} 中优先级高的一恢复就抢占(没有 nopreempt)",
  },
  keepalivedFirewall: {
    en: "the firewall of {hosts} lets no VRRP in, so each is master for itself",
    zh: "{hosts} 的防火墙不放行 VRRP,各自成为主机",
  },
  keepalivedRemoved: {
    en: "{server} was cut out of keepalived.conf on {host} while clients were connected",
    zh: "{host} 在客户端仍有连接时从 keepalived.conf 删除了 {server}",
  },
  leftOut: { en: "{host}# {command}", zh: "{host}# {command}" },
} as const satisfies Record<string, { readonly en: string; readonly zh: string }>;

export type CauseKey = keyof typeof CAUSES;
