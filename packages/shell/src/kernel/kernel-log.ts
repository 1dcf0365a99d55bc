/**
 * The kernel's ring buffer (`printk`): what rules of iptables log in the first network namespace, the only one that the
 * kernel lets log (net.netfilter.nf_log_all_netns is 0). Left out: everything else that a kernel says.
 */
import { formatLogEntry, type Instant, type NetworkNamespace } from "@lvsim/core";
import { WaitQueue } from "../process/wait.ts";

export interface KernelMessage {
  readonly at: Instant;
  /** Syslog's: 0 is emerg, 7 debug. */
  readonly level: number;
  readonly text: string;
}

/** Characters; CONFIG_LOG_BUF_SHIFT 17 of Debian. */
const SIZE_MAX = 1 << 17;

export class KernelLog {
  /** Woken by every message. */
  readonly told: WaitQueue = new WaitQueue();
  /** How many messages there were since the machine began, those forgotten included. */
  count = 0;
  private messages: KernelMessage[] = [];
  private size = 0;

  /** Takes in what the namespace's rules log from now on. */
  listenTo(namespace: NetworkNamespace): void {
    namespace.messages.onMessage((at, level, text) => this.append(at, level, text));
    namespace.onLog((entry) => this.append(entry.at, entry.level, formatLogEntry(entry)));
  }

  append(at: Instant, level: number, text: string): void {
    this.messages.push({ at, level, text });
    this.count++;
    this.size += text.length;
    if (this.size > SIZE_MAX) this.forgetOldest();
    this.told.wake();
  }

  /** The oldest first. */
  all(): readonly KernelMessage[] {
    return this.messages;
  }

  /** Those after the first `count` of the machine's life, as far as they are kept. */
  since(count: number): readonly KernelMessage[] {
    const fresh = this.count - count;
    return fresh <= 0 ? [] : this.messages.slice(-fresh);
  }

  clear(): void {
    this.messages = [];
    this.size = 0;
  }

  /** A quarter at once, so that a flood does not move the rest for each line. */
  private forgetOldest(): void {
    let at = 0;
    while (this.size > (SIZE_MAX / 4) * 3) {
      this.size -= this.messages[at]?.text.length ?? 0;
      at++;
    }
    this.messages = this.messages.slice(at);
  }
}
