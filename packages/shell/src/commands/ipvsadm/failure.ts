/** A refusal of ipvsadm: what it prints on standard error, and its exit status. */
export class IpvsadmFailure extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export function fail(status: number, message: string): never {
  throw new IpvsadmFailure(status, message);
}

/** What it says to a command line that it cannot make sense of. */
export const tryHelp = (): never =>
  fail(255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information.");
