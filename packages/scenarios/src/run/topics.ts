/** The topics of the labs that come with lvsim, in the order in which they are shown: a folder each. */
import type { Bilingual } from "../lab-file/words.ts";

export const TOPICS = {
  modes: { en: "The four modes of the lab sheet", zh: "实验手册的四种工作模式" },
  lessons: { en: "Lessons, graded step by step", zh: "逐步评分的课程" },
  layers: { en: "Layer 4 beside layer 7", zh: "四层与七层" },
  arp: { en: "ARP and who owns the VIP", zh: "ARP 与 VIP 归属" },
  nat: { en: "NAT", zh: "NAT 模式" },
  "direct-routing": { en: "Direct routing", zh: "DR 模式" },
  tunnel: { en: "Tunnels", zh: "TUN 模式" },
  fullnat: { en: "FULLNAT", zh: "FULLNAT 模式" },
  scheduling: { en: "Scheduling", zh: "调度" },
  persistence: { en: "Persistence and firewall marks", zh: "会话保持与防火墙标记" },
  connections: { en: "Life of a connection", zh: "连接的生命周期" },
  keepalived: { en: "keepalived", zh: "keepalived" },
  kubernetes: { en: "Kubernetes", zh: "Kubernetes" },
  museum: { en: "Museum: famous bugs", zh: "博物馆:著名的故障" },
} as const satisfies Readonly<Record<string, Bilingual>>;

export type TopicName = keyof typeof TOPICS;
