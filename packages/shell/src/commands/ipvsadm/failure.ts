/** A refusal of ipvsadm: what it prints on standard error, and its exit status. */
export class IpvsadmFailure extends Error {
  readonly status: number;
  /** The program ends with it, also in the middle of a file that it restores. */
  readonly ends: boolean;

  constructor(status: number, message: string, ends: boolean) {
    super(message);
    this.status = status;
    this.ends = ends;
  }
}

export function fail(status: number, message: string): never {
  throw new IpvsadmFailure(status, message, true);
}

/** The kernel said no, or popt did not know an option: a file that is being restored goes on. */
export function refused(message: string): never {
  throw new IpvsadmFailure(255, message, false);
}

/** What it says to a command line that it cannot make sense of; `program` is the name by which it was called. */
export const tryHelp = (program: string): never =>
  fail(255, `Try \`${program} -h' or '${program} --help' for more information.`);
