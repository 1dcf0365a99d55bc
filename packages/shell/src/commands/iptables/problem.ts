/** How iptables refuses: thrown while a command line is read or carried out, put into words by whoever runs the program. */

/** The command line is wrong (status 2): the program's name, the complaint, and where to find help. */
export class UsageProblem {
  readonly complaint: string;
  /** Whether the program's name stands before the complaint; one message of iptables lacks it. */
  readonly named: boolean;

  constructor(complaint: string, named = true) {
    this.complaint = complaint;
    this.named = named;
  }
}

/** The kernel refused (status 1), in libiptc's words; `table` problems have status 3. */
export class KernelProblem {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** There is no such table (status 3). */
export class TableProblem {
  readonly table: string;

  constructor(table: string) {
    this.table = table;
  }
}

export const usage = (complaint: string): never => {
  throw new UsageProblem(complaint);
};
