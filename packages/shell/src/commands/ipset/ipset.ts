/** The command `ipset` (7.17) of a machine, over its namespace's sets. */
import { type Command, simpleCommand } from "../../command.ts";
import { machineNames } from "./names.ts";
import { NamespaceKernel } from "./namespace-kernel.ts";
import { restoreSource, runIpset } from "./program.ts";

export const ipset: Command = simpleCommand(
  "/usr/sbin/ipset",
  (context) => {
    const { files } = context.machine;
    const absolute = (path: string): string =>
      path.startsWith("/") ? path : `${context.cwd}/${path}`;
    return runIpset(
      context.argv,
      new NamespaceKernel(context.namespace, context.origin),
      machineNames(files),
      {
        readStdin: () => context.stdin ?? "",
        read: (path) => files.readText(absolute(path)),
        write: (path, text) => {
          files.writeText(absolute(path), text);
        },
      },
    );
  },
  { readsStdin: (argv) => restoreSource(argv) === "stdin" },
);
