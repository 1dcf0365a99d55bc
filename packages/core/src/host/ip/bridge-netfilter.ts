/**
 * br_netfilter (br_netfilter_hooks.c): IPv4 frames that a bridge takes in go through PRE_ROUTING as if the bridge had
 * received them, and those that it passes on through FORWARD and POST_ROUTING; the ports are known to `-m physdev`. A frame
 * that comes up to this host does not meet PRE_ROUTING again (`ip_sabotage_in`). One whose destination a rule changed is
 * given to this host, or, when its new destination is behind the same bridge, to that station.
 *
 * It stands in a namespace's bridges only while the module is loaded and net.bridge.bridge-nf-call-iptables or the bridge's
 * own switch says so. Left out: IPv6 and ARP; frames of PPPoE; a tagged frame for a VLAN on the bridge meets PRE_ROUTING
 * twice; fragments that tracking put together leave in the sizes of the port's MTU.
 */
import type { NetDevice } from "../../link/net-device.ts";
import { copyFrame } from "../../packet/copy-frame.ts";
import { ChecksumFault, type Frame, PacketType } from "../../packet/frame.ts";
import { BROADCAST_MAC, isGroupMac, type MacAddress } from "../../packet/mac-address.ts";
import { EtherType } from "../../packet/protocol.ts";
import { BridgeDevice } from "../device/bridge-device.ts";
import type { BridgeFilter, FilteredBridge } from "../device/bridge-filter.ts";
import type { BridgePort } from "../device/bridge-port.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { NamespaceConfig } from "../namespace-config.ts";
import type { BridgePorts } from "../netfilter/environment.ts";
import { type Hook, HookPoint, Verdict } from "../netfilter/hook.ts";
import { RouteType } from "../route/config.ts";
import { readSysctl } from "../sysctl/access.ts";
import { fragmentPacket } from "./fragment.ts";
import type { IpContext } from "./ip-context.ts";
import type { IpInput } from "./ip-input.ts";
import { passHooks } from "./pass-hooks.ts";

/** A frame's way through a bridge (`struct nf_bridge_info`). */
class BridgePassage implements BridgePorts {
  readonly bridge: FilteredBridge;
  readonly port: BridgePort;
  readonly input: string;
  output = "";
  /** Its rules of PRE_ROUTING are at work. */
  entering = true;
  /** It has come up to this host. */
  cameUp = false;
  /** Tracking put it together from fragments. */
  reassembled = false;
  /** It goes to the neighbour table for another destination's link address; its sender's own is to stay. */
  seeksNeighbour = false;
  sourceMac: MacAddress;

  constructor(bridge: FilteredBridge, port: BridgePort, sourceMac: MacAddress) {
    this.bridge = bridge;
    this.port = port;
    this.input = port.device.name;
    this.sourceMac = sourceMac;
  }
}

/** The live devices. */
interface Devices {
  at(index: number): HostDevice | undefined;
}

/** Before and behind all priorities. */
const FIRST = -0x80000000;
const LAST = 0x7fffffff;
const HEADER_FAULTS = ChecksumFault.ip | ChecksumFault.header;

/** What is for another station counts as this host's while rules look at it. */
function packetTypeOf(mac: MacAddress): PacketType {
  if (mac === BROADCAST_MAC) return PacketType.broadcast;
  return isGroupMac(mac) ? PacketType.multicast : PacketType.host;
}

export class BridgeNetfilter implements BridgeFilter, Hook {
  readonly point = HookPoint.preRouting;
  readonly priority = FIRST;
  private readonly context: IpContext;
  private readonly ip: IpInput;
  /** What this host knows of the frames that bridges took in. */
  private passages = new WeakMap<Frame, BridgePassage>();
  /** The frame whose rules of PRE_ROUTING are at work. */
  private entering: BridgePassage | null = null;
  private isHooked = false;
  private withTagged = false;

  constructor(context: IpContext, ip: IpInput) {
    this.context = context;
    this.ip = ip;
  }

  /** Called when the live devices are those of the configuration. */
  follow(config: NamespaceConfig, devices: Devices): void {
    const isOn = (name: string): boolean => readSysctl(config, `net/bridge/${name}`) === "1";
    const forAll = isOn("bridge-nf-call-iptables");
    this.withTagged = isOn("bridge-nf-filter-vlan-tagged");
    let isNeeded = false;
    for (const { index, details } of config.devices) {
      const bridge = details?.kind === "bridge" ? devices.at(index) : null;
      if (!(bridge instanceof BridgeDevice) || details?.kind !== "bridge") continue;
      const inspected = config.bridgeNetfilter && (forAll || details.callIptables);
      bridge.filter = inspected ? this : null;
      bridge.internal = inspected;
      isNeeded ||= inspected;
    }
    if (isNeeded && !this.isHooked) this.context.hooks.register(this);
    if (!isNeeded && this.isHooked) this.context.hooks.unregister(this);
    if (!isNeeded) this.passages = new WeakMap();
    this.isHooked = isNeeded;
  }

  describe(): string {
    return "br_netfilter";
  }

  /** The ports of a frame that a bridge carries or has brought up; null for any other. */
  passageOf(frame: Frame): BridgePorts | null {
    return this.find(frame);
  }

  /** The port by which a bridge took in the frame; null for any other. */
  inputOf(frame: Frame): NetDevice | null {
    return this.find(frame)?.port.device ?? null;
  }

  private find(frame: Frame): BridgePassage | null {
    const passage = this.passages.get(frame);
    // what came back from elsewhere since then is another packet to this host
    return passage?.bridge.index === frame.inputInterface ? passage : null;
  }

  cameIn(given: Frame, port: BridgePort, bridge: FilteredBridge): void {
    if (given.etherType !== EtherType.ipv4) return bridge.admit(given, port);
    const frame = given.shared === true ? copyFrame(given, given.id) : given;
    frame.enterHost(bridge.index);
    this.passages.delete(frame);
    if (frame.vlanTag >= 0 && !this.withTagged) return bridge.admit(frame, port);
    if ((frame.checksumFaults & HEADER_FAULTS) !== 0) {
      const isChecksum = (frame.checksumFaults & ChecksumFault.ip) !== 0;
      return this.context.drop(frame, isChecksum ? "ip-checksum" : "ip-header-error", bridge);
    }
    frame.packetType = packetTypeOf(frame.destinationMac);
    const passage = new BridgePassage(bridge, port, frame.sourceMac);
    this.passages.set(frame, passage);
    const { destination } = frame;
    const outer = this.entering;
    this.entering = passage;
    const passes = this.passesHooks(HookPoint.preRouting, frame, bridge, null);
    this.entering = outer;
    if (passes) this.enter(frame, passage, frame.destination !== destination);
  }

  /** `br_nf_pre_routing_finish`. */
  private enter(frame: Frame, passage: BridgePassage, isRedirected: boolean): void {
    passage.entering = false;
    const { bridge, port } = passage;
    if (isRedirected) {
      const { router, neighbours } = this.context;
      const { destination, source, tos, mark } = frame;
      const route = router.input(destination, source, tos, mark, bridge.index);
      if (route?.type === RouteType.unicast && route.device === bridge.index) {
        passage.seeksNeighbour = true;
        return neighbours.send(frame, bridge, route.gateway === 0 ? destination : route.gateway);
      }
      // also what has no way: this host says so
      frame.destinationMac = bridge.mac;
    }
    bridge.admit(frame, port);
  }

  takesBack(frame: Frame): boolean {
    const passage = this.passages.get(frame);
    if (passage === undefined || !passage.seeksNeighbour) return false;
    passage.seeksNeighbour = false;
    frame.sourceMac = passage.sourceMac;
    passage.bridge.admit(frame, passage.port);
    return true;
  }

  /** Tracking put the frame together from those that a bridge took in, in its hook of that priority; false if not. */
  resume(frame: Frame, input: NetDevice, priority: number): boolean {
    const passage = this.entering;
    if (passage === null || passage.bridge !== input) return false;
    passage.reassembled = true;
    this.passages.set(frame, passage);
    const { destination } = frame;
    const { hooks } = this.context;
    const verdict = hooks.runAbove(priority, HookPoint.preRouting, frame, input, null);
    if (verdict === Verdict.accept) this.enter(frame, passage, frame.destination !== destination);
    return true;
  }

  inspects(frame: Frame): boolean {
    return this.find(frame) !== null;
  }

  maySend(frame: Frame, { device }: BridgePort, bridge: FilteredBridge): boolean {
    const passage = this.find(frame);
    if (passage === null) return true;
    passage.output = device.name;
    if (!this.passesHooks(HookPoint.forward, frame, bridge, bridge)) return false;
    if (!this.passesHooks(HookPoint.postRouting, frame, null, bridge)) return false;
    if (!passage.reassembled || frame.length <= device.mtu) return true;
    for (const part of fragmentPacket(frame, device.mtu, () => this.context.engine.newFrameId()))
      device.transmit(part);
    return false;
  }

  copyOf(frame: Frame): Frame {
    const copy = copyFrame(frame, frame.id);
    const passage = this.passages.get(frame);
    if (passage === undefined) return copy;
    const own = new BridgePassage(passage.bridge, passage.port, passage.sourceMac);
    own.entering = false;
    own.reassembled = passage.reassembled;
    this.passages.set(copy, own);
    return copy;
  }

  private passesHooks(
    point: HookPoint,
    frame: Frame,
    input: NetDevice | null,
    output: NetDevice | null,
  ): boolean {
    return passHooks(this.context, point, frame, input, output);
  }

  /** As a hook of PRE_ROUTING: what comes up from a bridge has been there. */
  run(frame: Frame, input: NetDevice | null): Verdict {
    const passage = this.find(frame);
    if (passage === null || passage.entering || passage.cameUp || input !== passage.bridge)
      return Verdict.accept;
    passage.cameUp = true;
    this.ip.resume(frame, passage.bridge, LAST);
    return Verdict.stolen;
  }
}
