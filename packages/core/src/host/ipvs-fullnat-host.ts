/** What IPVS asks of a namespace only when its kernel has FULLNAT. */
import type { Frame } from "../packet/frame.ts";
import type { IpContext } from "./ip/ip-context.ts";
import { MessageLevel } from "./ip/kernel-messages.ts";
import type { FullNatHost } from "./ipvs/host.ts";
import type { FullNatSysctls } from "./sysctl/fullnat-sysctls.ts";
import type { SynProxySysctls } from "./sysctl/syn-proxy-sysctls.ts";

export class FullNatHostAdapter implements FullNatHost {
  readonly variant: FullNatHost["variant"];
  private readonly context: IpContext;

  constructor(variant: FullNatHost["variant"], context: IpContext) {
    this.variant = variant;
    this.context = context;
  }

  get sysctls(): FullNatSysctls {
    return this.context.sysctls.fullNat;
  }

  get synProxy(): SynProxySysctls {
    return this.context.sysctls.synProxy;
  }

  linkMtu(index: number): number {
    const device = this.context.devices.at(index);
    if (device === undefined || !device.hasLinkHeader || device.loopback) return 0;
    return device.mtu;
  }

  transmit(frame: Frame, index: number): void {
    this.context.devices.at(index)?.transmit(frame);
  }

  warn(text: string): void {
    const { messages } = this.context;
    if (messages.mayTell()) messages.tell(MessageLevel.warning, text);
  }
}
