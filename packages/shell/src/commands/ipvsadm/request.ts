/** What a command line asks of ipvsadm. */
import type {
  ForwardingMethod,
  Ipv4Address,
  Ipv6Address,
  RealServerConfig,
  TunnelConfig,
  VirtualServiceIdentity,
} from "@lvsim/core";
import type { Hosts } from "./addresses.ts";
import type { CommandTag, OptionName } from "./tags.ts";

/** 224.0.0.81. */
const SYNC_GROUP = (0xe0000051 | 0) as Ipv4Address;
const NO_MASK = -1 as Ipv4Address;

/** A command line that is in order. */
export class Request {
  readonly hosts: Hosts;
  /** The fork's ipvsadm reads it. */
  readonly fork: boolean;
  command: CommandTag = "list";
  readonly given = new Set<OptionName>();
  identity: VirtualServiceIdentity | null = null;
  scheduler = "";
  /** As they were typed: read when the scheduler is known, at the line's end. */
  schedulerFlagsText = "";
  schedulerFlags = 0;
  persistenceTimeout = 0;
  persistenceNetmask: Ipv4Address = NO_MASK;
  persistenceEngine = "";
  serverAddress = 0 as Ipv4Address;
  serverPort = 0;
  serverIpv6: Ipv6Address | undefined = undefined;
  forwarding: ForwardingMethod = "direct-routing";
  weight = 1;
  upperThreshold = 0;
  lowerThreshold = 0;
  tunnelType: TunnelConfig["type"] = "ipip";
  tunnelPort = 0;
  localAddress = 0 as Ipv4Address;
  synProxy = false;
  establishedTimeout = 0;
  timeouts: [number, number, number] = [0, 0, 0];
  /** Of start-daemon and stop-daemon. */
  role: "master" | "backup" = "master";
  syncInterface = "eth0";
  syncId = 0;
  /** 0: the kernel's choice. */
  syncMaxLength = 0;
  syncGroup: Ipv4Address = SYNC_GROUP;
  syncPort = 8848;
  syncTtl = 1;

  constructor(hosts: Hosts, fork: boolean) {
    this.hosts = hosts;
    this.fork = fork;
  }

  has(option: OptionName): boolean {
    return this.given.has(option);
  }

  /** The server as a command line describes it. */
  get server(): RealServerConfig {
    const checksum = this.has("tun-remcsum") ? "remote-checksum" : "checksum";
    const summed = this.has("tun-csum") || this.has("tun-remcsum");
    return {
      address: this.serverAddress,
      port: this.serverPort,
      weight: this.weight,
      forwarding: this.forwarding,
      upperThreshold: this.upperThreshold,
      lowerThreshold: this.lowerThreshold,
      tunnel: {
        type: this.tunnelType,
        port: this.tunnelPort,
        checksum: summed ? checksum : "none",
      },
      ...(this.serverIpv6 === undefined ? {} : { ipv6: this.serverIpv6 }),
    };
  }
}
