/** The IPv4 layer of one namespace, put together from its parts. */

import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { HookPoint, Verdict } from "../netfilter/hook.ts";
import type { Route } from "../route/route.ts";
import { IcmpInput } from "./icmp-input.ts";
import { IcmpSender } from "./icmp-sender.ts";
import type { IpContext } from "./ip-context.ts";
import { IpForward } from "./ip-forward.ts";
import { IpInput } from "./ip-input.ts";
import type { IpLayer, TransportHandler } from "./ip-layer.ts";
import { IpOutput } from "./ip-output.ts";
import type { OutputWay } from "./output-ways.ts";
import { RawInput, type RawListener } from "./raw-input.ts";
import { Reassembly } from "./reassembly.ts";
import { RedirectSender } from "./redirect-sender.ts";
import { sendRejectReset } from "./reject-reset.ts";

export class IpStack implements IpLayer {
  readonly input: IpInput;
  readonly icmp: IcmpInput;
  private readonly context: IpContext;
  private readonly out: IpOutput;
  private readonly errors: IcmpSender;
  /** Fragments that IPVS puts together at FORWARD. */
  private passing: Reassembly | null = null;

  constructor(context: IpContext) {
    this.context = context;
    this.out = new IpOutput(context);
    this.errors = new IcmpSender(context, this.out);
    this.input = new IpInput(
      context,
      new IpForward(context, this.out, new RedirectSender(context)),
    );
    this.icmp = new IcmpInput(context, this.errors, this.input);
    this.input.register(IpProtocol.icmp, this.icmp);
  }

  register(protocol: number, handler: TransportHandler): void {
    this.input.register(protocol, handler);
  }

  /** A raw socket of `protocol`; false when a transport of the host takes that protocol. */
  listenRaw(protocol: number, listener: RawListener): boolean {
    const there = this.input.handler(protocol);
    if (there !== undefined && !(there instanceof RawInput)) return false;
    const raw = there ?? new RawInput(this.context);
    if (there === undefined) this.input.register(protocol, raw);
    raw.add(listener);
    return true;
  }

  unlistenRaw(protocol: number, listener: RawListener): void {
    const raw = this.input.handler(protocol);
    if (!(raw instanceof RawInput)) return;
    raw.remove(listener);
    if (raw.isIdle) this.input.unregister(protocol);
  }

  routeOutput(
    destination: Ipv4Address,
    source: Ipv4Address,
    outputInterface: number,
    mark: number,
    tos: number,
  ): Route | number {
    const { router } = this.context;
    const route = router.output(destination, source, outputInterface, mark, tos);
    if (route !== null) return route;
    this.context.counters.OutNoRoutes++;
    return -router.errno;
  }

  sourceFor(route: Route, destination: Ipv4Address): Ipv4Address {
    return this.context.router.sourceFor(route, destination);
  }

  output(frame: Frame): void {
    this.out.local(frame);
  }

  wayTo(destination: Ipv4Address, route: Route): OutputWay | null {
    const way = this.out.wayTo(destination, route);
    return way === null || way.cabled === false ? null : way;
  }

  reroute(frame: Frame): boolean {
    const { router } = this.context;
    const { destination, source, mark, tos } = frame;
    const route = router.outputFromAny(destination, source, 0, mark, tos);
    if (route === null) return false;
    frame.route = route;
    frame.nextHop = 0 as Ipv4Address;
    return true;
  }

  sendIcmpError(cause: Frame, type: number, code: number, rest: number): void {
    this.errors.error(cause, type, code, rest);
  }

  /** REJECT --reject-with tcp-reset; `bridgePort` is where a bridge took in the cause, null when none did. */
  sendReset(cause: Frame, bridgePort: NetDevice | null): void {
    sendRejectReset(cause, this.context, this.out, bridgePort);
  }

  isLocalAddress(address: Ipv4Address): boolean {
    return this.context.router.isLocal(address);
  }

  nextIdentification(_destination: Ipv4Address): number {
    return this.context.identifications.next();
  }

  mtuOf(route: Route, destination: Ipv4Address): number {
    const { paths, engine } = this.context;
    const mtu = this.unlearntMtuOf(route);
    if (paths.empty) return mtu;
    const learnt = paths.mtu(destination, engine.now);
    return learnt !== 0 && learnt < mtu ? learnt : mtu;
  }

  lastingMtuOf(route: Route): number {
    return this.context.paths.empty ? this.unlearntMtuOf(route) : 0;
  }

  private unlearntMtuOf({ mtu, device }: Route): number {
    return mtu !== 0 ? mtu : (this.context.devices.at(device)?.mtu ?? 0);
  }

  /** Puts fragments on their way through together, in queues of their own; null while a part is missing. */
  reassembleForwarded(fragment: Frame): Frame | null {
    this.passing ??= new Reassembly(this.context, false);
    return this.passing.add(fragment);
  }

  /** A packet that a hook at FORWARD kept goes on behind the hooks of that priority. */
  resumeForward(frame: Frame, priority: number): void {
    const { context } = this;
    const from = context.devices.at(frame.inputInterface) ?? null;
    const to = context.devices.at((frame.route as Route).device) ?? null;
    const verdict = context.hooks.runAbove(priority, HookPoint.forward, frame, from, to);
    if (verdict === Verdict.accept) this.out.send(frame, true);
  }

  deliverLocally(frame: Frame, device: NetDevice): void {
    this.input.deliverToTransport(frame, device);
  }
}
