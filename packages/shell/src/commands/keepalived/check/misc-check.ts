/** MISC_CHECK: a script says how a server is. 0 is well; with `misc_dynamic` 2 to 255 is well too, and the weight is that less 2. */
import { Checker, type Report } from "./checker.ts";

const WEIGHT_BASE = 2;

export class MiscChecker extends Checker {
  override get title(): string {
    return "Misc check";
  }

  /** Scripts are named by what they are. */
  override get name(): string {
    return `[${this.settings.script?.argv.join(" ") ?? ""}]`;
  }

  protected override get success(): string {
    return `Misc check to ${this.name} for ${this.name} success.`;
  }

  protected override probe(report: Report): () => void {
    const { script, scriptTimeout, delayLoop, dynamic } = this.settings;
    const { daemon, server, service } = this.context;
    if (script === null || script.argv.length === 0) {
      daemon.loop.soon(() => report({ isWell: false, why: "" }));
      return () => {};
    }
    let isWanted = true;
    daemon.start(script, [], scriptTimeout ?? delayLoop, (status) => {
      if (!isWanted) return;
      const names = dynamic && status !== null && status >= WEIGHT_BASE;
      if (names) service.setWeight(server, status - WEIGHT_BASE);
      report({
        isWell: status === 0 || names,
        why: status === null ? `Misc check ${this.name} timed out` : "",
      });
    });
    return () => {
      isWanted = false;
    };
  }
}
