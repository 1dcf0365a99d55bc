/**
 * Hash and bitmap sets at work. Networks are looked for from the longest prefix to the shortest; the first one found
 * decides, and one marked `nomatch` says no. Left out: the order of a hash (by a random key), in whose place stands the
 * order of adding.
 */
import type { Frame } from "../../../packet/frame.ts";
import { type Ipv4Address, prefixMask } from "../../../packet/ipv4-address.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import { type ElementConfig, EMPTY_ELEMENT, SET_SHAPES, type SetConfig } from "./config.ts";
import { LiveElement, tickOf } from "./live-element.ts";
import type { ElementError, LiveSet, TestOptions } from "./live-set.ts";
import { PacketKey } from "./packet-key.ts";

const PREFIX_MAX = 32;

function hashOf(
  address: number,
  prefix: number,
  protocol: number,
  port: number,
  second: number,
): number {
  let hash = Math.imul(address ^ (prefix << 26), 0x9e3779b1) ^ ((protocol << 16) | port);
  hash = Math.imul(hash ^ (hash >>> 15), 0x85ebca6b) ^ second;
  return Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) | 0;
}

export class ElementSet implements LiveSet {
  config: SetConfig;
  private readonly environment: NetfilterEnvironment;
  private readonly key = new PacketKey();
  private chains = new Map<number, LiveElement>();
  private count = 0;
  /** How many elements have each prefix length, of the address that is a network. */
  private readonly prefixCounts = new Array<number>(PREFIX_MAX + 1).fill(0);
  private readonly netmask: Ipv4Address;

  constructor(config: SetConfig, environment: NetfilterEnvironment) {
    this.config = { ...config, elements: [] };
    this.environment = environment;
    this.netmask = prefixMask(config.netmask);
    this.follow(config);
  }

  test(frame: Frame, options: TestOptions): boolean {
    const shape = SET_SHAPES[this.config.type];
    if (options.dimension < shape.dimension) return false;
    if (!this.key.read(frame, shape, options.sources)) return false;
    const found = this.lookUp();
    if (found === null) return false;
    if (this.config.counters) {
      if (options.updatesCounters) {
        found.packets++;
        found.octets += frame.length;
      }
      const { counters } = options;
      if (counters !== null && !counters.holds(found.packets, found.octets)) return false;
    }
    return found.config.noMatch === options.returnNoMatch || !this.hasNetworks();
  }

  addPacket(frame: Frame, options: TestOptions, timeout: number | null, again: boolean): void {
    if (!this.readPacket(frame, options)) return;
    this.add({ ...this.keyElement(), timeout: timeout ?? this.config.timeout ?? 0 }, again);
  }

  deletePacket(frame: Frame, options: TestOptions): void {
    if (this.readPacket(frame, options)) this.delete(this.keyElement());
  }

  add(element: ElementConfig, again: boolean): ElementError | null {
    const error = this.check(element);
    if (error !== null) return error;
    const tick = this.tick();
    const config = this.canonical(element);
    const old = this.findExact(config);
    if (old !== null && !old.isOver(tick) && !again) return "element-exists";
    if (old === null && !this.hasRoom(tick)) return "hash-full";
    if (old !== null) this.unlink(old);
    this.link(new LiveElement(config, tick));
    return null;
  }

  delete(element: ElementConfig): ElementError | null {
    const old = this.findExact(this.canonical(element));
    if (old === null) return this.check(element) === "out-of-range" ? "out-of-range" : "no-element";
    this.unlink(old);
    return old.isOver(this.tick()) ? "no-element" : null;
  }

  contains(element: ElementConfig): boolean {
    const config = this.canonical(element);
    const { firstIsNetwork, secondIsNetwork } = SET_SHAPES[this.config.type];
    const prefix = secondIsNetwork ? config.secondPrefixLength : config.prefixLength;
    if ((firstIsNetwork || secondIsNetwork) && prefix === PREFIX_MAX) {
      this.key.address = config.address;
      this.key.protocol = config.protocol;
      this.key.port = config.port;
      this.key.secondAddress = config.secondAddress;
      const found = this.lookUp();
      return found !== null && !found.config.noMatch;
    }
    const found = this.findExact(config);
    return found !== null && !found.isOver(this.tick()) && !found.config.noMatch;
  }

  elements(): readonly LiveElement[] {
    const tick = this.tick();
    const found: LiveElement[] = [];
    for (const head of this.chains.values())
      for (let at: LiveElement | null = head; at !== null; at = at.next)
        if (!at.isOver(tick)) found.push(at);
    if (this.isBitmap()) found.sort((a, b) => this.placeOf(a.config) - this.placeOf(b.config));
    return found;
  }

  flush(): void {
    this.chains.clear();
    this.count = 0;
    this.prefixCounts.fill(0);
  }

  follow(config: SetConfig): void {
    const before = this.config.elements;
    this.config = config;
    if (config.elements === before) return;
    const wanted = new Set(config.elements);
    for (const element of before)
      if (!wanted.has(element)) {
        const old = this.findExact(element);
        if (old?.config === element) this.unlink(old);
      }
    const known = new Set(before);
    const tick = this.tick();
    for (const element of config.elements) {
      if (known.has(element)) continue;
      const old = this.findExact(element);
      if (old?.config === element) continue;
      if (old !== null) this.unlink(old);
      this.link(new LiveElement(element, tick));
    }
  }

  private tick(): number {
    return tickOf(this.environment.now());
  }

  private isBitmap(): boolean {
    return this.config.type.startsWith("bitmap:");
  }

  private hasNetworks(): boolean {
    const { firstIsNetwork, secondIsNetwork } = SET_SHAPES[this.config.type];
    return firstIsNetwork || secondIsNetwork;
  }

  /** Where a bitmap has the element. */
  private placeOf(element: ElementConfig): number {
    return this.config.type === "bitmap:port" ? element.port : element.address >>> 0;
  }

  private check(element: ElementConfig): ElementError | null {
    const { type, first, last } = this.config;
    if (this.isBitmap()) {
      const place = this.placeOf(element);
      return place < first || place > last ? "out-of-range" : null;
    }
    if (type === "hash:ip" && (element.address & this.netmask) === 0) return "null-element";
    const { firstIsNetwork, secondIsNetwork } = SET_SHAPES[type];
    if (firstIsNetwork && element.prefixLength === 0) return "bad-prefix";
    return secondIsNetwork && element.secondPrefixLength === 0 ? "bad-prefix" : null;
  }

  /** With the bits masked that do not count. */
  private canonical(element: ElementConfig): ElementConfig {
    const { firstIsNetwork, secondIsNetwork } = SET_SHAPES[this.config.type];
    const mask = firstIsNetwork ? prefixMask(element.prefixLength) : this.netmask;
    const secondMask = secondIsNetwork ? prefixMask(element.secondPrefixLength) : -1;
    const address = (element.address & mask) as Ipv4Address;
    const secondAddress = (element.secondAddress & secondMask) as Ipv4Address;
    return address === element.address && secondAddress === element.secondAddress
      ? element
      : { ...element, address, secondAddress };
  }

  private readPacket(frame: Frame, options: TestOptions): boolean {
    const shape = SET_SHAPES[this.config.type];
    return options.dimension >= shape.dimension && this.key.read(frame, shape, options.sources);
  }

  /** The packet as an element: networks as hosts. */
  private keyElement(): ElementConfig {
    const { address, protocol, port, secondAddress } = this.key;
    const { hasAddress, hasPort, hasSecondAddress } = SET_SHAPES[this.config.type];
    return {
      ...EMPTY_ELEMENT,
      address: hasAddress ? address : EMPTY_ELEMENT.address,
      protocol: hasPort ? protocol : 0,
      port: hasPort ? port : 0,
      secondAddress: hasSecondAddress ? secondAddress : EMPTY_ELEMENT.secondAddress,
    };
  }

  /** The element that decides about `key`. */
  private lookUp(): LiveElement | null {
    const { firstIsNetwork, secondIsNetwork, hasAddress, hasPort, hasSecondAddress } =
      SET_SHAPES[this.config.type];
    const { key } = this;
    const address = hasAddress ? key.address & this.netmask : 0;
    const protocol = hasPort ? key.protocol : 0;
    const port = hasPort ? key.port : 0;
    const second = hasSecondAddress ? key.secondAddress : 0;
    if (!firstIsNetwork && !secondIsNetwork)
      return this.alive(this.find(address, PREFIX_MAX, protocol, port, second, PREFIX_MAX));
    for (let length = PREFIX_MAX; length > 0; length--) {
      if (this.prefixCounts[length] === 0) continue;
      const mask = prefixMask(length);
      const found = firstIsNetwork
        ? this.alive(this.find(address & mask, length, protocol, port, second, PREFIX_MAX))
        : this.alive(this.find(address, PREFIX_MAX, protocol, port, second & mask, length));
      if (found !== null) return found;
    }
    return null;
  }

  private alive(element: LiveElement | null): LiveElement | null {
    return element === null || element.lastTick === 0 || !element.isOver(this.tick())
      ? element
      : null;
  }

  private find(
    address: number,
    prefix: number,
    protocol: number,
    port: number,
    second: number,
    secondPrefix: number,
  ): LiveElement | null {
    const hash = hashOf(address, prefix + secondPrefix, protocol, port, second);
    let at = this.chains.get(hash) ?? null;
    for (; at !== null; at = at.next) {
      const { config } = at;
      if (
        config.address === address &&
        config.prefixLength === prefix &&
        config.protocol === protocol &&
        config.port === port &&
        config.secondAddress === second &&
        config.secondPrefixLength === secondPrefix
      )
        return at;
    }
    return null;
  }

  private findExact(config: ElementConfig): LiveElement | null {
    const { address, prefixLength, protocol, port, secondAddress, secondPrefixLength } = config;
    return this.find(address, prefixLength, protocol, port, secondAddress, secondPrefixLength);
  }

  private hashOfElement(config: ElementConfig): number {
    const { address, prefixLength, protocol, port, secondAddress, secondPrefixLength } = config;
    return hashOf(address, prefixLength + secondPrefixLength, protocol, port, secondAddress);
  }

  private link(element: LiveElement): void {
    const hash = this.hashOfElement(element.config);
    element.next = this.chains.get(hash) ?? null;
    this.chains.set(hash, element);
    this.countPrefix(element.config, 1);
  }

  private unlink(element: LiveElement): void {
    const hash = this.hashOfElement(element.config);
    const head = this.chains.get(hash) as LiveElement;
    if (head === element) {
      if (element.next === null) this.chains.delete(hash);
      else this.chains.set(hash, element.next);
    } else {
      let before = head;
      while (before.next !== element) before = before.next as LiveElement;
      before.next = element.next;
    }
    this.countPrefix(element.config, -1);
  }

  private countPrefix(config: ElementConfig, change: number): void {
    const { secondIsNetwork } = SET_SHAPES[this.config.type];
    const length = secondIsNetwork ? config.secondPrefixLength : config.prefixLength;
    this.prefixCounts[length] = (this.prefixCounts[length] as number) + change;
    this.count += change;
  }

  /** Whether one more fits; elements whose time is over make room first, with `forceadd` any other one. */
  private hasRoom(tick: number): boolean {
    const { elementsMax, forceAdd } = this.config;
    if (this.isBitmap() || this.count < elementsMax) return true;
    for (const head of [...this.chains.values()])
      for (let at: LiveElement | null = head; at !== null; at = at.next)
        if (at.isOver(tick)) this.unlink(at);
    if (this.count < elementsMax) return true;
    if (!forceAdd) return false;
    const [first] = this.chains.values();
    if (first !== undefined) this.unlink(first);
    return true;
  }
}
