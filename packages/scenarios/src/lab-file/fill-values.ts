/** `{{rounds * (weight1 + 2)}}` in the texts of a lab file: names, whole numbers, `+ - *` and parentheses. */

export type Values = ReadonlyMap<string, string | number>;

const PLACE = /\{\{([^{}]*)\}\}/g;
const WHOLE = /^\{\{([^{}]*)\}\}$/;
/** Parentheses inside each other. */
const NESTING_MAX = 16;

/** What is wrong with an expression, in a line. */
export class ExpressionError extends Error {
  override readonly name = "ExpressionError";
}

/** The text with its values; a number when it is nothing but one. Throws `ExpressionError`. */
export function fillValues(text: string, values: Values): string | number {
  const whole = WHOLE.exec(text);
  if (whole !== null) return evaluate(whole[1] ?? "", values);
  return text.replace(PLACE, (_place, expression: string) => String(evaluate(expression, values)));
}

function evaluate(expression: string, values: Values): string | number {
  const tokens = expression.match(/[A-Za-z]\w*|\d+|\S/g) ?? [];
  return new Reader(tokens, expression.trim(), values).read();
}

class Reader {
  private readonly tokens: readonly string[];
  private readonly text: string;
  private readonly values: Values;
  private at = 0;
  private depth = 0;

  constructor(tokens: readonly string[], text: string, values: Values) {
    this.tokens = tokens;
    this.text = text;
    this.values = values;
  }

  read(): string | number {
    const value = this.sum();
    if (this.at < this.tokens.length) this.refuse(`cannot read "${this.tokens[this.at]}"`);
    return value;
  }

  private sum(): string | number {
    let value = this.product();
    for (let sign = this.tokens[this.at]; sign === "+" || sign === "-"; ) {
      this.at++;
      const other = this.number(this.product());
      value = sign === "+" ? this.number(value) + other : this.number(value) - other;
      sign = this.tokens[this.at];
    }
    return value;
  }

  private product(): string | number {
    let value = this.atom();
    while (this.tokens[this.at] === "*") {
      this.at++;
      value = this.number(value) * this.number(this.atom());
    }
    return value;
  }

  private atom(): string | number {
    const token = this.tokens[this.at++] ?? "";
    if (/^\d/.test(token)) return Number(token);
    if (token === "(" && ++this.depth <= NESTING_MAX) {
      const value = this.sum();
      if (this.tokens[this.at++] !== ")") this.refuse("a parenthesis is open");
      this.depth--;
      return value;
    }
    const value = this.values.get(token);
    if (value !== undefined) return value;
    return this.refuse(/^\w/.test(token) ? `there is no value "${token}"` : "cannot be read");
  }

  private number(value: string | number): number {
    return typeof value === "number" ? value : this.refuse(`"${value}" is no number`);
  }

  private refuse(what: string): never {
    throw new ExpressionError(`{{${this.text.slice(0, 40)}}}: ${what}`);
  }
}
