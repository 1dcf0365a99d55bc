/** Commands printed as bash prints them: functions by `declare -f`, jobs and dead children by their text. */
import type {
  Assignment,
  CaseItem,
  Command,
  CompoundList,
  For,
  If,
  Redirection,
  Select,
  Statement,
  TestExpression,
  While,
  Word,
} from "unbash";
import type { AnyNode, ShellFunction } from "../shell/shell.ts";

/** `name () ⏎ { ⏎ … }`. */
export function printFunction(name: string, body: ShellFunction["body"], source: string): string {
  return `${name} () \n${new Printer(source, true).functionBody(body)}`;
}

/** One command: its statements stand beside one another, as they do nowhere in a function. */
export const printNode = (node: AnyNode, source: string): string =>
  new Printer(source, false).node(node, 0);

const pad = (depth: number): string => "    ".repeat(depth);

class Printer {
  private readonly source: string;
  private readonly inFunction: boolean;

  constructor(source: string, inFunction: boolean) {
    this.source = source;
    this.inFunction = inFunction;
  }

  functionBody(body: ShellFunction["body"]): string {
    if (body.type === "CompoundList") return `{ \n${this.lines(body, 1)}\n}`;
    const inner = body.type === "Redirected" ? body.command : body;
    const redirects = body.type === "Redirected" ? this.redirects(body.redirects) : "";
    const text =
      inner.type === "BraceGroup" ? this.lines(inner.body, 1) : `${pad(1)}${this.node(inner, 1)}`;
    return `{ \n${text}\n}${redirects}`;
  }

  /** Statements one below the other, each but the last with its end. */
  private lines({ commands }: CompoundList, depth: number): string {
    return this.statements(commands, depth, `\n${pad(depth)}`, pad(depth));
  }

  private statements(
    commands: readonly Statement[],
    depth: number,
    separator: string,
    start: string,
  ): string {
    let text = start;
    commands.forEach((statement, i) => {
      const isLast = i === commands.length - 1;
      text += this.node(statement.command, depth);
      if (statement.background === true) text += isLast ? " &" : " & ";
      else if (!isLast) text += `;${this.inFunction ? separator : " "}`;
    });
    return text;
  }

  node(node: AnyNode, depth: number): string {
    switch (node.type) {
      case "AndOr":
        return node.commands
          .map(
            (command, i) =>
              (i === 0 ? "" : ` ${node.operators[i - 1]} `) + this.node(command, depth),
          )
          .join("");
      case "Pipeline": {
        const prefix = node.prefixes
          .map((one) => (one.type === "Negation" ? "! " : "time "))
          .join("");
        return prefix + node.commands.map((command) => this.node(command, depth)).join(" | ");
      }
      case "Redirected":
        return this.node(node.command, depth) + this.redirects(node.redirects);
      case "Command":
        return this.simple(node);
      case "Function":
        return `function ${printFunction(node.name.text, node.body, this.source)}`;
      case "Subshell":
        return `( ${this.statements(node.body.commands, depth, `\n${pad(depth)}`, "")} )`;
      case "BraceGroup":
        if (!this.inFunction) return `{ ${this.statements(node.body.commands, depth, "", "")}; }`;
        return `{ \n${this.closed(node.body, depth + 1)}\n${pad(depth)}}`;
      case "If":
        return this.condition(node, depth);
      case "While":
        return this.loop(node, depth);
      case "For":
      case "Select":
        return this.iteration(node, depth);
      case "ArithmeticFor": {
        const part = (one: { pos: number; end: number } | undefined): string =>
          one === undefined ? "1" : this.text(one);
        return `for ((${part(node.initialize)}; ${part(node.test)}; ${part(node.update)}))\n${pad(depth)}do\n${this.body(node.body, depth + 1)}\n${pad(depth)}done`;
      }
      case "Case":
        return `case ${node.word.text} in \n${node.items.map((item) => this.item(item, depth + 1)).join("")}${pad(depth)}esac`;
      case "TestCommand":
        return `[[ ${this.test(node.expression)} ]]`;
      case "ArithmeticCommand":
        return `((${node.body}))`;
      case "Coproc":
        return this.text(node);
    }
  }

  private text({ pos, end }: { readonly pos: number; readonly end: number }): string {
    return this.source.slice(pos, end);
  }

  private simple({ name, prefix, suffix }: Command): string {
    const parts = [...prefix, ...(name === undefined ? [] : [name]), ...suffix];
    const words = parts.filter(
      (part): part is Word | Assignment => part.type === "Word" || part.type === "Assignment",
    );
    const redirects = parts.filter(
      (part): part is Redirection => part.type !== "Word" && part.type !== "Assignment",
    );
    const text = words.map((word) => word.text).join(" ");
    return text === "" ? this.redirects(redirects).trimStart() : text + this.redirects(redirects);
  }

  private redirects(redirections: readonly Redirection[]): string {
    return redirections.map((one) => ` ${this.redirect(one)}`).join("");
  }

  private redirect(one: Redirection): string {
    if (one.type === "HereDoc") return this.text(one);
    const own = one.descriptor === undefined ? "" : this.text(one.descriptor);
    const target = one.target?.text ?? "";
    if (one.operator === ">&" || one.operator === "<&")
      return `${own || (one.operator === ">&" ? "1" : "0")}${one.operator}${target}`;
    return `${own}${one.operator} ${target}`;
  }

  /** Statements of a group, which end in nothing but a newline. */
  private closed(list: CompoundList, depth: number): string {
    return this.lines(list, depth);
  }

  /** Statements of a branch or loop: the last one has its end too. */
  private body(list: CompoundList, depth: number): string {
    const last = list.commands[list.commands.length - 1];
    return this.lines(list, depth) + (last?.background === true ? "" : ";");
  }

  private inline({ commands }: CompoundList, depth: number): string {
    return this.statements(commands, depth, ` `, "");
  }

  private condition(node: If, depth: number): string {
    let text = `if ${this.inline(node.clause, depth)}; then\n${this.body(node.then, depth + 1)}\n`;
    let closing = `${pad(depth)}fi`;
    let inner = depth;
    for (const { clause, then } of node.elif) {
      text += `${pad(inner)}else\n${pad(inner + 1)}if ${this.inline(clause, inner)}; then\n${this.body(then, inner + 2)}\n`;
      inner++;
      closing = `${pad(inner)}fi;\n${closing}`;
    }
    if (node.else !== undefined) text += `${pad(inner)}else\n${this.body(node.else, inner + 1)}\n`;
    return text + closing;
  }

  private loop({ kind, clause, body }: While, depth: number): string {
    return `${kind} ${this.inline(clause, depth)}; do\n${this.body(body, depth + 1)}\n${pad(depth)}done`;
  }

  private iteration(node: For | Select, depth: number): string {
    const words =
      node.wordlist === undefined ? '"$@"' : node.wordlist.map((word) => word.text).join(" ");
    const keyword = node.type === "For" ? "for" : "select";
    return `${keyword} ${node.name.text} in ${words};\n${pad(depth)}do\n${this.body(node.body, depth + 1)}\n${pad(depth)}done`;
  }

  private item({ pattern, body, terminator }: CaseItem, depth: number): string {
    const patterns = pattern.map((word) => word.text).join(" | ");
    return `${pad(depth)}${patterns})\n${this.lines(body, depth + 1)}\n${pad(depth)}${terminator ?? ";;"}\n`;
  }

  private test(expression: TestExpression): string {
    switch (expression.type) {
      case "TestUnary":
        return `${expression.operator} ${expression.operand.text}`;
      case "TestBinary":
        return `${expression.left.text} ${expression.operator} ${expression.right.text}`;
      case "TestLogical":
        return expression.operands.map((one) => this.test(one)).join(` ${expression.operator} `);
      case "TestNot":
        return `! ${this.test(expression.operand)}`;
      case "TestGroup":
        return `( ${this.test(expression.expression)} )`;
    }
  }
}
