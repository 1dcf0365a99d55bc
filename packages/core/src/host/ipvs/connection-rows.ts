/**
 * What a connection is, column by column (`struct ip_vs_conn`). There may be millions, so it is a row of one typed array:
 * 56 octets, which a processor fetches at once, and nothing that a garbage collector must look at. With its timer
 * (16 octets, time/timer-slots.ts) and the head of its chain a live connection takes less than 80 octets.
 *
 * What few connections have is beside the rows, by number. Addresses are 32-bit numbers, ports 16-bit ones; times are
 * seconds where a name says so and instants of the engine else.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Instant } from "../../time/instant.ts";
import { UNARMED } from "../../time/timer.ts";
import type { Decider } from "../../trace/trace.ts";
import { AfterPacket } from "./after-packet.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "./connection.ts";
import {
  ARMED_SECONDS,
  CLIENT_ADDRESS,
  CONTROL,
  FLAGS_AT,
  IN_PACKETS,
  KIND,
  LOW_HALF,
  METHOD_AT,
  NEXT_IN_CHAIN,
  OCTET,
  PORTS,
  ROW,
  SERVER,
  SERVER_PORT_AND_FLAGS,
  STATE_AT,
  TIMEOUT_SECONDS,
  TIMER_SLOT,
  VIRTUAL_ADDRESS,
  WORDS,
} from "./connection-layout.ts";
import { ConnectionName } from "./connection-name.ts";
import type { Destination } from "./destination.ts";
import type { LocalBinding } from "./local-binding.ts";
import { Method } from "./method.ts";
import { NumberedServers } from "./numbered-servers.ts";

const FIRST_ROWS = 64;
/** Until its first state a connection has this timeout. */
const FIRST_TIMEOUT_SECONDS = 3;

const ONE_PACKET = ConnectionFlag.onePacket << FLAGS_AT;
const CONDEMNED = ConnectionFlag.condemned << FLAGS_AT;
const NOT_USUAL = ONE_PACKET | CONDEMNED;

const NO_MEMORY = new ArrayBuffer(0);

export class ConnectionRows {
  // one memory, looked at in two widths
  private doubles = new Float64Array(NO_MEMORY);
  private words = new Int32Array(NO_MEMORY);
  /** Words of rows that were in use at some time, and of the first row, which is none. */
  private opened = WORDS;
  /** The first free row; the others follow by `nextInChain`. */
  private free = 0;
  private readonly numbers = new NumberedServers();
  /** Servers by their numbers. */
  private readonly servers = this.numbers.list;
  /** Of connections of FULLNAT; made for the first. */
  private bindings: Map<Connection, LocalBinding> | null = null;
  /** Only while a trace runs. */
  private names: Map<Connection, ConnectionName> | null = null;

  /** A connection that stands in no table and whose timer is not armed; `server` is null for a bypass connection. */
  add(
    protocol: number,
    clientAddress: Ipv4Address,
    clientPort: number,
    virtualAddress: Ipv4Address,
    virtualPort: number,
    serverPort: number,
    flags: number,
    method: Method,
    server: Destination | null,
    now: Instant,
  ): Connection {
    const row = this.free !== 0 ? this.takeFree() : this.open();
    this.doubles[row >> 1] = now;
    const { words } = this;
    words[row + NEXT_IN_CHAIN] = 0;
    words[row + CLIENT_ADDRESS] = clientAddress;
    words[row + VIRTUAL_ADDRESS] = virtualAddress;
    words[row + PORTS] = clientPort | (virtualPort << 16);
    words[row + SERVER_PORT_AND_FLAGS] = serverPort | (flags << FLAGS_AT);
    words[row + KIND] = protocol | (method << METHOD_AT);
    words[row + SERVER] = server === null ? 0 : this.numbers.numberOf(server);
    words[row + TIMEOUT_SECONDS] = FIRST_TIMEOUT_SECONDS;
    words[row + ARMED_SECONDS] = 0;
    words[row + IN_PACKETS] = 0;
    words[row + CONTROL] = 0;
    words[row + TIMER_SLOT] = 0;
    return row as Connection;
  }

  /** Gives back the row of a connection that stands nowhere any more. */
  remove(connection: Connection): void {
    this.words[connection + SERVER_PORT_AND_FLAGS] = 0;
    this.words[connection + CONTROL] = 0;
    this.words[connection + NEXT_IN_CHAIN] = this.free;
    this.free = connection;
    if (this.names !== null) this.names.delete(connection);
  }

  /** The last connection of `server` is gone. */
  forgetServer(server: Destination): void {
    this.numbers.forget(server);
  }

  /** IP protocol; 0 for a template of a firewall-mark service. */
  protocol(connection: Connection): number {
    return (this.words[connection + KIND] as number) & OCTET;
  }

  /** 0 low bits for a template: it stands for a network. */
  clientAddress(connection: Connection): Ipv4Address {
    return this.words[connection + CLIENT_ADDRESS] as Ipv4Address;
  }

  /** 0 for a template. */
  clientPort(connection: Connection): number {
    return (this.words[connection + PORTS] as number) & LOW_HALF;
  }

  /** A firewall mark when `protocol` is 0. */
  virtualAddress(connection: Connection): Ipv4Address {
    return this.words[connection + VIRTUAL_ADDRESS] as Ipv4Address;
  }

  virtualPort(connection: Connection): number {
    return (this.words[connection + PORTS] as number) >>> 16;
  }
  setVirtualPort(connection: Connection, port: number): void {
    this.words[connection + PORTS] = this.clientPort(connection) | (port << 16);
  }

  /** Its server, also in the trash; null for a bypass connection. */
  server(connection: Connection): Destination | null {
    const number = this.words[connection + SERVER] as number;
    return this.servers[number] as Destination | null;
  }

  /** 0 for a bypass connection. */
  serverAddress(connection: Connection): Ipv4Address {
    const server = this.server(connection);
    return server === null ? (0 as Ipv4Address) : server.address;
  }

  serverPort(connection: Connection): number {
    return (this.words[connection + SERVER_PORT_AND_FLAGS] as number) & LOW_HALF;
  }
  setServerPort(connection: Connection, port: number): void {
    const at = connection + SERVER_PORT_AND_FLAGS;
    this.words[at] = ((this.words[at] as number) & ~LOW_HALF) | port;
  }

  /** How packets reach the server; stays when the server's method is changed. */
  method(connection: Connection): Method {
    return (((this.words[connection + KIND] as number) >> METHOD_AT) & OCTET) as Method;
  }

  /** Whether any of these `ConnectionFlag` bits is set. */
  has(connection: Connection, flag: number): boolean {
    const word = this.words[connection + SERVER_PORT_AND_FLAGS] as number;
    return (word & (flag << FLAGS_AT)) !== 0;
  }
  raise(connection: Connection, flag: number): void {
    const at = connection + SERVER_PORT_AND_FLAGS;
    this.words[at] = (this.words[at] as number) | (flag << FLAGS_AT);
  }
  lower(connection: Connection, flag: number): void {
    const at = connection + SERVER_PORT_AND_FLAGS;
    this.words[at] = (this.words[at] as number) & ~(flag << FLAGS_AT);
  }

  /** Moves it between ActiveConn and InActConn of its server. */
  setActive(connection: Connection, active: boolean): void {
    if (this.has(connection, ConnectionFlag.inactive) !== active) return;
    const server = this.server(connection);
    if (server === null) return;
    if (active) this.lower(connection, ConnectionFlag.inactive);
    else this.raise(connection, ConnectionFlag.inactive);
    const by = active ? 1 : -1;
    server.activeConnections += by;
    server.inactiveConnections -= by;
  }

  /** The first in the chain from `head` on that is a flow of this client to this service. */
  firstRequest(
    head: Connection,
    protocol: number,
    client: Ipv4Address,
    clientPort: number,
    virtualAddress: Ipv4Address,
    virtualPort: number,
  ): Connection {
    const { words } = this;
    const ports = clientPort | (virtualPort << 16);
    let row: number = head;
    while (row !== NO_CONNECTION) {
      if (
        words[row + CLIENT_ADDRESS] === client &&
        words[row + PORTS] === ports &&
        words[row + VIRTUAL_ADDRESS] === virtualAddress &&
        ((words[row + KIND] as number) & OCTET) === protocol
      )
        break;
      row = words[row + NEXT_IN_CHAIN] as number;
    }
    return row as Connection;
  }

  /** The first in the chain from `head` on of which this is an answer: from the server for masquerading, from the VIP for all else. */
  firstAnswer(
    head: Connection,
    protocol: number,
    source: Ipv4Address,
    sourcePort: number,
    client: Ipv4Address,
    clientPort: number,
  ): Connection {
    const { words } = this;
    let row: number = head;
    for (; row !== NO_CONNECTION; row = words[row + NEXT_IN_CHAIN] as number) {
      if (words[row + CLIENT_ADDRESS] !== client) continue;
      const ports = words[row + PORTS] as number;
      const kind = words[row + KIND] as number;
      if ((ports & LOW_HALF) !== clientPort || (kind & OCTET) !== protocol) continue;
      if (((kind >> METHOD_AT) & OCTET) === Method.masquerading) {
        const serverPort = (words[row + SERVER_PORT_AND_FLAGS] as number) & LOW_HALF;
        const server = this.servers[words[row + SERVER] as number] as Destination;
        if (serverPort === sourcePort && server.address === source) break;
      } else if (words[row + VIRTUAL_ADDRESS] === source && ports >>> 16 === sourcePort) break;
    }
    return row as Connection;
  }

  /** A state of its protocol. */
  state(connection: Connection): number {
    return (this.words[connection + KIND] as number) >>> STATE_AT;
  }
  setState(connection: Connection, state: number): void {
    const at = connection + KIND;
    this.words[at] = ((this.words[at] as number) & LOW_HALF) | (state << STATE_AT);
  }

  /** Puts it into a state with a timeout; whether the timer is armed for later than that. */
  enter(connection: Connection, state: number, timeoutSeconds: number): boolean {
    const { words } = this;
    const at = connection + KIND;
    words[at] = ((words[at] as number) & LOW_HALF) | (state << STATE_AT);
    words[connection + TIMEOUT_SECONDS] = timeoutSeconds;
    return timeoutSeconds < (words[connection + ARMED_SECONDS] as number);
  }

  /** The current state's timeout. */
  timeoutSeconds(connection: Connection): number {
    return this.words[connection + TIMEOUT_SECONDS] as number;
  }
  setTimeoutSeconds(connection: Connection, seconds: number): void {
    this.words[connection + TIMEOUT_SECONDS] = seconds;
  }

  /** The timeout for which the wheel was armed; 0 when it was told to fire at once. */
  setArmedSeconds(connection: Connection, seconds: number): void {
    this.words[connection + ARMED_SECONDS] = seconds;
  }

  /** Where the wheel keeps its timer; `UNARMED` before the first packet was dealt with. */
  timerSlot(connection: Connection): number {
    return this.words[connection + TIMER_SLOT] as number;
  }
  setTimerSlot(connection: Connection, slot: number): void {
    this.words[connection + TIMER_SLOT] = slot;
  }

  /** A packet was dealt with, from the client if `fromClient` is 1 rather than 0: counts it, notes when, and says what is left to do. */
  restart(connection: Connection, at: Instant, fromClient: number): AfterPacket {
    const { words } = this;
    const flags = words[connection + SERVER_PORT_AND_FLAGS] as number;
    if ((flags & NOT_USUAL) !== 0) {
      if ((flags & ONE_PACKET) !== 0) return AfterPacket.ends;
      words[connection + SERVER_PORT_AND_FLAGS] = flags & ~CONDEMNED;
    }
    this.doubles[connection >> 1] = at;
    words[connection + IN_PACKETS] = (words[connection + IN_PACKETS] as number) + fromClient;
    const late =
      (words[connection + TIMEOUT_SECONDS] as number) <
      (words[connection + ARMED_SECONDS] as number);
    return late || words[connection + TIMER_SLOT] === UNARMED
      ? AfterPacket.armTimer
      : AfterPacket.nothing;
  }

  /** The same for a packet of this `Direction` if nothing is left to do. */
  refresh(connection: Connection, at: Instant, direction: number): void {
    this.doubles[connection >> 1] = at;
    if (direction === 0) this.countInPacket(connection);
  }

  /** When the last packet restarted the timer. */
  refreshedAt(connection: Connection): Instant {
    return this.doubles[connection >> 1] as Instant;
  }

  /** Packets from the client so far. */
  inPackets(connection: Connection): number {
    return this.words[connection + IN_PACKETS] as number;
  }
  setInPackets(connection: Connection, packets: number): void {
    this.words[connection + IN_PACKETS] = packets;
  }
  countInPacket(connection: Connection): void {
    const at = connection + IN_PACKETS;
    this.words[at] = (this.words[at] as number) + 1;
  }

  /** The template that it belongs to. */
  control(connection: Connection): Connection {
    if (this.has(connection, ConnectionFlag.template)) return NO_CONNECTION;
    return this.words[connection + CONTROL] as Connection;
  }
  setControl(connection: Connection, template: Connection): void {
    this.words[connection + CONTROL] = template;
  }

  /** How many connections belong to this template; 0 for what is none. */
  controlled(connection: Connection): number {
    if (!this.has(connection, ConnectionFlag.template)) return 0;
    return this.words[connection + CONTROL] as number;
  }
  /** So many connections more, or fewer, belong to `template`. */
  addControlled(template: Connection, by: number): void {
    const at = template + CONTROL;
    this.words[at] = (this.words[at] as number) + by;
  }

  /** The next entry in its chain of the table, older than this one. */
  nextInChain(connection: Connection): Connection {
    return this.words[connection + NEXT_IN_CHAIN] as Connection;
  }
  setNextInChain(connection: Connection, next: Connection): void {
    this.words[connection + NEXT_IN_CHAIN] = next;
  }

  /** Full-nat's source address and port; null for every other method. */
  local(connection: Connection): LocalBinding | null {
    return this.bindings?.get(connection) ?? null;
  }
  setLocal(connection: Connection, binding: LocalBinding | null): void {
    if (binding === null) {
      this.bindings?.delete(connection);
      return;
    }
    this.bindings ??= new Map();
    this.bindings.set(connection, binding);
  }

  /** What a trace may keep of it: `TCP 10.0.0.1:1024 -> 10.0.0.100:80 -> 10.1.0.2:80`. */
  nameOf(connection: Connection): Decider {
    this.names ??= new Map();
    let name = this.names.get(connection);
    if (name === undefined) {
      name = new ConnectionName(this.protocol(connection), [
        [this.clientAddress(connection), this.clientPort(connection)],
        [this.virtualAddress(connection), this.virtualPort(connection)],
        [this.serverAddress(connection), this.serverPort(connection)],
      ]);
      this.names.set(connection, name);
    }
    return name;
  }

  private takeFree(): number {
    const row = this.free;
    this.free = this.words[row + NEXT_IN_CHAIN] as number;
    return row;
  }

  /** One row more. */
  private open(): number {
    const row = this.opened;
    if (row >= this.words.length) this.grow();
    this.opened = row + WORDS;
    return row;
  }

  /** Doubles the memory; what is not used yet takes none of the machine's. */
  private grow(): void {
    const { words } = this;
    const memory = new ArrayBuffer(Math.max(FIRST_ROWS * ROW, 2 * words.byteLength));
    this.doubles = new Float64Array(memory);
    this.words = new Int32Array(memory);
    this.words.set(words);
  }
}
