/**
 * UDP_CHECK: a datagram to the server. Silence is well, unless an answer is asked for; an ICMP error is not.
 * DNS_CHECK: a query (RFC 1035 §4), and an answer that repeats its id and has no error.
 */
import type { UdpSocket } from "@lvsim/core";
import { ProcessSockets } from "../../../network/process-sockets.ts";
import { Checker, type Report } from "./checker.ts";

abstract class DatagramChecker extends Checker {
  protected abstract get payload(): Uint8Array;

  /** What an answer, or none (null), means; undefined to wait on. */
  protected abstract judge(answer: Uint8Array | null): boolean | undefined;

  protected override probe(report: Report): () => void {
    const { loop, namespace, process } = this.context.daemon;
    const socket: UdpSocket = new ProcessSockets(process.descriptors, namespace).udp();
    let isOver = false;
    const end = (): void => {
      if (isOver) return;
      isOver = true;
      timer.cancel();
      socket.onEvent = null;
      socket.close();
    };
    const finish = (isWell: boolean): void => {
      if (isOver) return;
      end();
      report({ isWell, why: isWell ? "" : `UDP connection to ${this.name} failed.` });
    };
    const look = (): void => {
      if (isOver) return;
      if (socket.takeError() !== 0) return finish(false);
      for (let got = socket.receive(); got !== undefined && !isOver; got = socket.receive()) {
        const verdict = this.judge(got.octets);
        if (verdict !== undefined) finish(verdict);
      }
    };
    const timer = loop.after(this.settings.connectTimeout, () => finish(this.judge(null) === true));
    socket.onEvent = () => loop.soon(look);
    const errno = socket.connect(this.target) || socket.send(this.payload, null);
    if (errno !== 0) loop.soon(() => finish(false));
    return end;
  }
}

export class UdpChecker extends DatagramChecker {
  override get title(): string {
    return "UDP_CHECK";
  }

  protected override get success(): string {
    return `UDP connection to ${this.name} success.`;
  }

  protected override get payload(): Uint8Array {
    return this.settings.payload;
  }

  protected override judge(answer: Uint8Array | null): boolean {
    return answer !== null || !this.settings.requiresReply;
  }
}

const TYPES: Readonly<Record<string, number>> = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  RRSIG: 46,
  DNSKEY: 48,
};

export class DnsChecker extends DatagramChecker {
  private id = 0;

  override get title(): string {
    return "DNS_CHECK";
  }

  protected override get success(): string {
    return `DNS_CHECK (${this.name}) success.`;
  }

  protected override get payload(): Uint8Array {
    this.id = (this.id + 1) & 0xffff;
    const labels = this.settings.queryName.split(".").filter((label) => label !== "");
    const name = labels.flatMap((label) => [
      label.length,
      ...Array.from(label, (character) => character.charCodeAt(0) & 0xff),
    ]);
    const type = TYPES[this.settings.queryType] ?? 6;
    const header = [this.id >>> 8, this.id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    return Uint8Array.from([...header, ...name, 0, type >>> 8, type & 0xff, 0, 1]);
  }

  protected override judge(answer: Uint8Array | null): boolean | undefined {
    if (answer === null) return false;
    const [high = 0, low = 0, flags = 0, code = 0] = answer;
    if (((high << 8) | low) !== this.id || (flags & 0x80) === 0) return undefined;
    return (code & 0xf) === 0;
  }
}
