/**
 * HTTP_GET: every URL must answer with a right status and, where one is given, a right MD5 of its body; the URLs are asked one
 * after the other, each on a connection of its own. SSL_GET does the same without TLS, which lvsim does not have: it only
 * connects. Left out: regular expressions on bodies, redirects.
 */
import { formatIpv4Address, type TcpSocket } from "@lvsim/core";
import { md5Hex } from "../../../text/md5.ts";
import { decodeUtf8, encodeUtf8 } from "../../../text/utf8.ts";
import type { UrlCheck } from "../config/model.ts";
import { Checker, type Report } from "./checker.ts";
import { connect } from "./connect.ts";

const READ_MAX = 65_536;
const ANSWER_MAX = 1_000_000;
const GOOD_STATUSES = [[200, 299]] as const;
const HTTP_PORT = 80;
const HTTPS_PORT = 443;

/** An answer as far as it came. */
class Answer {
  octets: Uint8Array = new Uint8Array(0);
  isComplete = false;

  take(more: Uint8Array): void {
    const both = new Uint8Array(this.octets.length + more.length);
    both.set(this.octets);
    both.set(more, this.octets.length);
    this.octets = both;
    this.isComplete = this.wholeLength() !== null && both.length >= (this.wholeLength() ?? 0);
  }

  /** Where the body begins; −1 while the header is not whole. */
  private get bodyAt(): number {
    const { octets } = this;
    for (let i = 0; i + 3 < octets.length; i++)
      if (octets[i] === 13 && octets[i + 1] === 10 && octets[i + 2] === 13 && octets[i + 3] === 10)
        return i + 4;
    return -1;
  }

  private get head(): string {
    const at = this.bodyAt;
    return decodeUtf8(at < 0 ? this.octets : this.octets.subarray(0, at));
  }

  private wholeLength(): number | null {
    const at = this.bodyAt;
    const length = /^content-length:\s*(\d+)/im.exec(this.head)?.[1];
    return at < 0 || length === undefined ? null : at + Number(length);
  }

  get status(): number {
    return Number(/^HTTP\/\d\.\d\s+(\d{3})/.exec(this.head)?.[1] ?? 0);
  }

  get body(): Uint8Array {
    const at = this.bodyAt;
    return at < 0 ? new Uint8Array(0) : this.octets.subarray(at);
  }
}

export class HttpChecker extends Checker {
  override get title(): string {
    return this.context.daemon.options.old ? "HTTP connection" : this.settings.kind;
  }

  protected override get success(): string {
    return `Remote Web server ${this.name} succeed on service.`;
  }

  protected override probe(report: Report): () => void {
    const { settings } = this;
    let end = (): void => {};
    if (settings.kind === "SSL_GET" || settings.urls.length === 0) {
      end = connect(this.context.daemon, this.target, settings, {
        onReady: () => {
          end();
          report({ isWell: true, why: "" });
        },
        onFailure: (why) => report({ isWell: false, why: this.failure(why) }),
      });
      return () => end();
    }
    const ask = (index: number): void => {
      const url = settings.urls[index];
      if (url === undefined) return report({ isWell: true, why: "" });
      end = this.fetch(url, (why) => {
        if (why === null) ask(index + 1);
        else report({ isWell: false, why });
      });
    };
    ask(0);
    return () => end();
  }

  private failure(why: string): string {
    return why === "timeout"
      ? `Timeout connecting server ${this.name}.`
      : `Error connecting server ${this.name}.`;
  }

  /** Asks for one URL; what is wrong with it, or null. */
  private fetch(url: UrlCheck, onEnd: (why: string | null) => void): () => void {
    const answer = new Answer();
    let isSent = false;
    const end = connect(this.context.daemon, this.target, this.settings, {
      onReady: (socket) => {
        if (!isSent) {
          isSent = true;
          socket.send(encodeUtf8(this.request(url)));
        }
        if (!drain(socket, answer)) return;
        end();
        onEnd(this.judge(url, answer));
      },
      onFailure: (why) =>
        onEnd(
          isSent && why === "timeout" ? `Timeout WEB read from ${this.name}.` : this.failure(why),
        ),
    });
    return end;
  }

  private request({ path, virtualHost }: UrlCheck): string {
    const { httpVersion, kind, virtualHost: own } = this.settings;
    const named = [virtualHost, own, this.context.service.settings.virtualHost].find(
      (name) => name !== "",
    );
    const { address, port } = this.target;
    const usual = port === (kind === "SSL_GET" ? HTTPS_PORT : HTTP_PORT);
    const host = named ?? `${formatIpv4Address(address)}${usual ? "" : `:${port}`}`;
    const close = httpVersion === "1.1" ? "Connection: close\r\n" : "";
    return `GET ${path} HTTP/${httpVersion}\r\nUser-Agent: KeepAliveClient\r\n${close}Host: ${host}\r\n\r\n`;
  }

  private judge({ digest, path, statuses }: UrlCheck, answer: Answer): string | null {
    const { status } = answer;
    const good = statuses.length > 0 ? statuses : digest === "" ? GOOD_STATUSES : [];
    const isGood = good.length === 0 || good.some(([from, to]) => status >= from && status <= to);
    if (!isGood)
      return `HTTP status code error to ${this.name} url(${path}), status_code [${status}].`;
    if (digest !== "" && md5Hex(answer.body) !== digest)
      return `MD5 digest error to ${this.name} url[${path}], MD5SUM [${md5Hex(answer.body)}].`;
    return null;
  }
}

/** Reads what is there; true when the answer has ended. */
function drain(socket: TcpSocket, answer: Answer): boolean {
  for (;;) {
    const got = socket.receive(READ_MAX);
    if (got === null) return answer.isComplete;
    if (got.length === 0 || answer.octets.length > ANSWER_MAX) return true;
    answer.take(got);
  }
}
