/**
 * Scheduler recordings: a bare client and bare real servers on two cables around a director, one packet exchange per
 * step. Frames are those of the README of the recordings; only what the director sends out, and its table, is observed.
 */
import { encodeFrame, type Frame, IpProtocol, packetLength, TcpFlag } from "@lvsim/core";
import { ipFrame } from "./octets.ts";
import type { JsonObject } from "./recording.ts";
import type { SeenFrame, Stage } from "./stage.ts";
import { serviceTable } from "./tables.ts";

const CLIENT_MAC = "02:00:00:00:00:01";
const DIRECTOR_MACS = { eth0: "02:00:00:00:00:fe", eth1: "02:00:00:00:01:fe" } as const;
const WINDOW = 65_535;
const ISN = { client: 1000, server: 5000 } as const;

const serverMac = (index: number): string =>
  `02:00:00:00:01:${(index + 1).toString(16).padStart(2, "0")}`;

interface Flow {
  readonly client: string;
  readonly clientPort: number;
  readonly destination: string;
  readonly destinationPort: number;
}

const flowOf = (step: JsonObject): Flow => {
  const [client, clientPort] = String(step.c).split(":") as [string, string];
  const [destination, destinationPort] = String(step.d).split(":") as [string, string];
  return {
    client,
    clientPort: Number(clientPort),
    destination,
    destinationPort: Number(destinationPort),
  };
};

const nameOf = (flow: Flow): string => `${flow.client}:${flow.clientPort}`;

export class SchedulingPlayer {
  private readonly stage: Stage;
  private readonly masquerading: boolean;
  /** Where each client's latest connection was opened to. */
  private readonly openedTo = new Map<string, number>();

  constructor(stage: Stage, mode: string) {
    this.stage = stage;
    this.masquerading = mode === "nat";
  }

  play(step: JsonObject): JsonObject {
    const { stage } = this;
    stage.clear();
    if (step.op === "cmd") {
      const { status, stdout, stderr } = stage.exec(String(step.ns), String(step.cmd));
      return { ...step, rc: status, stdout, stderr };
    }
    if (step.op === "sleep") {
      stage.wait(Number(step.s) * 1000);
      return { ...step, st: this.state() };
    }
    const chosen = this.exchange(String(step.op), flowOf(step));
    const note = notes(stage.frames);
    const { note: _recorded, ...rest } = step;
    return { ...rest, rs: chosen, st: this.state(), ...(note === "" ? {} : { note }) };
  }

  /** Sends the packets of one step; the index of the server that the first one reached, null for none. */
  private exchange(op: string, flow: Flow): number | null {
    const { syn, ack, fin, rst } = TcpFlag;
    if (op === "udp") {
      this.toDirector(datagram(flow));
      return this.reached();
    }
    if (op === "syn" || op === "open") this.fromClient(flow, syn, ISN.client, 0);
    else if (op === "close") this.fromClient(flow, fin | ack, ISN.client + 1, ISN.server + 1);
    else if (op === "rst") this.fromClient(flow, rst | ack, ISN.client + 1, ISN.server + 1);
    else throw new Error(`a step that no rule describes: ${op}`);
    const server = this.reached();
    if (op === "syn" || op === "rst") return server;
    if (op === "open") {
      if (server === null) return null;
      this.openedTo.set(nameOf(flow), server);
      if (this.masquerading) this.fromServer(server, flow, syn | ack, ISN.server, ISN.client + 1);
      this.fromClient(flow, ack, ISN.client + 1, ISN.server + 1);
      return server;
    }
    // a server closes whether the director passed the client's FIN on or not
    const peer = server ?? this.openedTo.get(nameOf(flow));
    if (this.masquerading && peer !== undefined)
      this.fromServer(peer, flow, fin | ack, ISN.server + 1, ISN.client + 2);
    this.fromClient(flow, ack, ISN.client + 2, ISN.server + 2);
    return server;
  }

  private fromClient(flow: Flow, flags: number, sequence: number, acknowledgement: number): void {
    const frame = ipFrame(CLIENT_MAC, DIRECTOR_MACS.eth0, flow.client, flow.destination);
    frame.sourcePort = flow.clientPort;
    frame.destinationPort = flow.destinationPort;
    this.toDirector(segment(frame, flags, sequence, acknowledgement));
  }

  private fromServer(
    index: number,
    flow: Flow,
    flags: number,
    sequence: number,
    acknowledgement: number,
  ): void {
    const from = `10.1.0.${index + 1}`;
    const frame = ipFrame(serverMac(index), DIRECTOR_MACS.eth1, from, flow.client);
    frame.sourcePort = flow.destinationPort;
    frame.destinationPort = flow.clientPort;
    this.send("eth1", segment(frame, flags, sequence, acknowledgement));
  }

  private toDirector(frame: Frame): void {
    this.send("eth0", frame);
  }

  private send(device: string, frame: Frame): void {
    this.stage.inject("c", device, encodeFrame(frame));
    this.stage.settle();
  }

  /** The server whose MAC the first frame on the servers' side was sent to. */
  private reached(): number | null {
    const frame = this.stage.frames.find(
      (seen) => seen.dir === "in" && seen.if === "eth1" && seen.content.ip !== undefined,
    );
    const mac = String((frame?.content.eth as JsonObject | undefined)?.dst);
    const match = /^02:00:00:00:01:([0-9a-f]{2})$/.exec(mac);
    return match === null ? null : Number.parseInt(match[1] as string, 16) - 1;
  }

  /** `index:active/inactive` of every server, by index. */
  private state(): string {
    return serviceTable(this.stage, "dir")
      .flatMap(({ rs }) => rs as readonly (readonly (string | number)[])[])
      .map(([address, , , active, inactive]) => ({
        index: Number(/\.(\d+):/.exec(String(address))?.[1]) - 1,
        text: `${active}/${inactive}`,
      }))
      .sort((a, b) => a.index - b.index)
      .map(({ index, text }) => `${index}:${text}`)
      .join(" ");
  }
}

function segment(frame: Frame, flags: number, sequence: number, acknowledgement: number): Frame {
  frame.protocol = IpProtocol.tcp;
  frame.tcpFlags = flags;
  frame.sequenceNumber = sequence;
  frame.acknowledgementNumber = acknowledgement;
  frame.window = WINDOW;
  frame.length = packetLength(frame);
  return frame;
}

function datagram(flow: Flow): Frame {
  const frame = ipFrame(CLIENT_MAC, DIRECTOR_MACS.eth0, flow.client, flow.destination);
  frame.protocol = IpProtocol.udp;
  frame.sourcePort = flow.clientPort;
  frame.destinationPort = flow.destinationPort;
  frame.payload = new TextEncoder().encode("q");
  frame.payloadLength = 1;
  frame.length = packetLength(frame);
  return frame;
}

/** What else came out of the director, in order. */
function notes(frames: readonly SeenFrame[]): string {
  return frames
    .filter((frame) => frame.dir === "in")
    .map(noteOf)
    .filter((note) => note !== "")
    .join(", ");
}

function noteOf({ if: device, content }: SeenFrame): string {
  const arp = content.arp as JsonObject | undefined;
  if (arp !== undefined) return arp.op === "request" ? `arp who-has ${arp.tpa}` : "";
  const packet = content.ip as JsonObject;
  const icmp = packet.icmp as JsonObject | undefined;
  if (icmp !== undefined && device === "eth0") return `icmp ${icmp.type}/${icmp.code}`;
  return "";
}
