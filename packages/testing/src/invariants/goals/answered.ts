/** Clients get their answers. */
import type { Goal } from "../eventually.ts";

/** A command on a machine ends well, as `curl -s -m 2 http://10.0.0.100/`; it is typed again each time it is asked. */
export const answered = (machine: string, command: string): Goal => ({
  name: `${machine} gets its answer`,
  missing(lab) {
    const { status, stdout, stderr } = lab.exec(machine, command);
    if (status === 0) return null;
    const said = (stderr || stdout).trim();
    return `${command} ends with ${status}${said === "" ? "" : ` (${said})`}`;
  },
});
