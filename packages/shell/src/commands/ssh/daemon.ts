/**
 * sshd: it listens on port 22 of every machine whose unit is active, as after a boot. To spare labs that never use it, it begins when
 * somebody on the network first runs ssh, scp or ssh-copy-id, or when its unit is started; until then nothing listens. Everybody
 * is root and no key or password is asked for.
 */
import type { Engine, Ipv4Address, TcpListener } from "@lvsim/core";
import type { Kernel } from "../../kernel/kernel.ts";
import { machinesOf } from "../../kernel/machines.ts";
import { ProcessSockets } from "../../network/process-sockets.ts";
import { Descriptors } from "../../process/descriptors.ts";
import type { Process } from "../../process/process.ts";
import { on, type Wait, WaitQueue } from "../../process/wait.ts";
import { serve } from "./server.ts";
import { Wire } from "./wire.ts";

const PORT = 22;
const BACKLOG = 128;
const NAME = "sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups";

/** The unit's name on the two distributions. */
const UNITS = ["ssh.service", "sshd.service"];

export const sshdOf = ({ processes }: Kernel): Process | undefined =>
  Array.from(processes.values()).find(({ argv }) => argv[0] === NAME);

/** Starts sshd on the machines where it should have run since they booted. */
export function startDaemons(engine: Engine): void {
  for (const machine of machinesOf(engine)) {
    const active = UNITS.some((name) => {
      const unit = machine.system.units.get(name);
      return unit?.present === true && unit.active === "active";
    });
    if (active && sshdOf(machine) === undefined) startDaemon(machine);
  }
}

/** False when the port is taken. */
export function startDaemon(machine: Kernel): boolean {
  const namespace = machine.namespaces.get("");
  if (namespace === undefined) return false;
  const descriptors = new Descriptors();
  const listener = new ProcessSockets(descriptors, namespace).listen(
    { address: 0 as Ipv4Address, port: PORT },
    BACKLOG,
  );
  if (typeof listener === "number") return false;
  const process = machine.spawn(
    {
      parent: null,
      argv: [NAME],
      origin: { command: "sshd", file: "", line: 0 },
      descriptors,
      namespace,
      cwd: "/",
      environment: new Map(),
      newGroup: true,
    },
    (self) => accept(machine, self, listener),
  );
  return process !== null;
}

function* accept(
  machine: Kernel,
  self: Process,
  listener: TcpListener,
): Generator<Wait, number, void> {
  const queue = new WaitQueue();
  listener.onEvent = () => queue.wake();
  try {
    for (;;) {
      for (let socket = listener.accept(); socket !== undefined; socket = listener.accept()) {
        const wire = new Wire(socket);
        const session = machine.spawn(
          {
            parent: self,
            argv: ["sshd: root@notty"],
            origin: self.origin,
            descriptors: new Descriptors(),
            cwd: "/root",
          },
          (own) => serve(machine, own, wire),
        );
        if (session === null) wire.close();
      }
      yield on(queue);
    }
  } finally {
    listener.onEvent = null;
  }
}
