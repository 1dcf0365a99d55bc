/** For tests of one command: a kernel without a shell, and a way to run a command on it to its end. */
import { createRng, Engine, NetworkNamespace, seconds } from "@lvsim/core";
import { type Command, CommandContext, type SimpleResult } from "../command.ts";
import { NO_COSTS } from "../kernel/costs.ts";
import { Kernel } from "../kernel/kernel.ts";
import { Capture, Feed } from "../process/capture.ts";
import { Descriptors } from "../process/descriptors.ts";

const OUTPUT_MAX = 1 << 20;

/** A kernel named `host` whose one namespace is `namespace`. */
export const testKernel = (namespace: NetworkNamespace): Kernel =>
  new Kernel({
    name: "host",
    engine: namespace.engine,
    rng: createRng("test"),
    costs: NO_COSTS,
    release: "6.1.192",
    namespace,
    system: {
      distribution: { id: "debian", version: "12", prettyName: "Debian GNU/Linux 12 (bookworm)" },
      sh: "dash",
      bashVersion: "5.2.15(1)-release",
      packages: new Map(),
      units: new Map(),
      selinux: "Disabled",
      programs: new Map(),
    },
  });

/** A namespace as it is at boot, for what does not touch the network. */
export const bareNamespace = (engine: Engine = new Engine()): NetworkNamespace =>
  new NetworkNamespace({
    name: "",
    engine,
    rng: createRng("test"),
    trace: null,
    kernel: "6.1.192",
  });

/** Runs `command` with `argv` (its name included) and lets the engine go on until it ends, an hour at most; status −1: not ended. */
export function runCommand(
  kernel: Kernel,
  command: Command,
  argv: readonly string[],
  stdin = "",
  secondsMax = 3600,
): SimpleResult {
  const descriptors = new Descriptors();
  const stdout = new Capture(OUTPUT_MAX);
  const stderr = new Capture(OUTPUT_MAX);
  descriptors.set(0, new Feed(stdin, true));
  descriptors.set(1, stdout);
  descriptors.set(2, stderr);
  const origin = { command: argv.join(" "), file: "", line: 0 };
  const process = kernel.spawn({ parent: null, argv, origin, descriptors }, (self) =>
    command.run(new CommandContext(argv, self, kernel)),
  );
  const end = kernel.engine.now + seconds(secondsMax);
  while (process?.alive === true && kernel.engine.now < end && kernel.engine.step());
  return { status: process?.status ?? -1, stdout: stdout.text, stderr: stderr.text };
}
