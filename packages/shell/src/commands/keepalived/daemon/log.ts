/**
 * Where the daemons write: the text file that rsyslog keeps for them (/var/log/messages on CentOS, /var/log/syslog on
 * Debian), and with -l the console. Left out: the journal, facilities, -g.
 */
import type { Kernel } from "../../../kernel/kernel.ts";
import type { OpenFile } from "../../../process/open-file.ts";
import type { Process } from "../../../process/process.ts";
import { momentOf } from "../../../time/moment.ts";
import { strftime } from "../../../time/strftime.ts";

/** The system's log file of the distribution. */
const systemLog = ({ system }: Kernel): string =>
  system.distribution.id === "centos" ? "/var/log/messages" : "/var/log/syslog";

export class DaemonLog {
  private readonly kernel: Kernel;
  private readonly process: Process;
  private readonly ident: string;
  private readonly console: OpenFile | null;
  /** -D. */
  private readonly isDetailed: boolean;

  constructor(
    kernel: Kernel,
    process: Process,
    ident: string,
    console: OpenFile | null,
    isDetailed: boolean,
  ) {
    this.kernel = kernel;
    this.process = process;
    this.ident = ident;
    this.console = console;
    this.isDetailed = isDetailed;
  }

  say(text: string): void {
    const { kernel, process, ident } = this;
    const moment = momentOf(kernel.now);
    const stamp = strftime("%b %e %H:%M:%S", moment);
    const mode = { read: false, write: true, create: true, append: true, mode: 0o640 };
    const file = kernel.files.open(process, systemLog(kernel), mode);
    if (typeof file !== "number") {
      file.write(`${stamp} ${kernel.hostname.split(".")[0]} ${ident}[${process.pid}]: ${text}\n`);
      file.release();
    }
    this.console?.write(`${strftime("%a %b %e %H:%M:%S %Y", moment)}: ${text}\n`);
  }

  /** Said only with -D. */
  detail(text: string): void {
    if (this.isDetailed) this.say(text);
  }
}
