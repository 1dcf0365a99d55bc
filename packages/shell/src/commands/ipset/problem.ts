/** How ipset refuses: thrown while a command line is read or carried out, put into words by whoever runs it. */

/** The command line is wrong (status 2): the complaint and where to find help. */
export class UsageProblem {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The value of an argument is wrong, or the kernel refused (status 1). */
export class Refusal {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export const misused = (text: string): never => {
  throw new UsageProblem(text);
};

export const refuse = (text: string): never => {
  throw new Refusal(text);
};

/** What libipset says of a value; several complaints stand on lines of their own. */
export const syntaxError = (text: string): never => refuse(`Syntax error: ${text}`);
