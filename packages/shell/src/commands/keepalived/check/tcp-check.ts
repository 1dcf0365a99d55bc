/** TCP_CHECK: a server is well when it takes a connection, which is closed at once. */
import { Checker, type Report } from "./checker.ts";
import { connect } from "./connect.ts";

export class TcpChecker extends Checker {
  override get title(): string {
    return this.context.daemon.options.old ? "TCP connection" : "TCP_CHECK";
  }

  protected override get success(): string {
    return `TCP connection to ${this.name} success.`;
  }

  protected override probe(report: Report): () => void {
    const end = connect(this.context.daemon, this.target, this.settings, {
      onReady: () => {
        end();
        report({ isWell: true, why: "" });
      },
      onFailure: (why) =>
        report({
          isWell: false,
          why: `TCP connection to ${this.name} ${why === "timeout" ? "timedout" : "failed"}.`,
        }),
    });
    return end;
  }
}
