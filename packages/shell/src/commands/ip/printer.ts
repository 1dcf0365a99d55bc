/**
 * What `ip` prints, as text or with -j as JSON from the same calls (iproute2's `print_string (PRINT_ANY, …)`): each field
 * has a key for the one and words for the other.
 */
import { formatJson, type Json } from "../../text/json.ts";
import type { IpOptions } from "./options.ts";

type Scalar = string | number | boolean | null;
type Container = Json[] | { [key: string]: Json };

export class Printer {
  readonly isJson: boolean;
  private readonly isPretty: boolean;
  private text = "";
  private readonly all: Json[] = [];
  private readonly open: Container[] = [this.all];

  constructor({ json, pretty }: Pick<IpOptions, "json" | "pretty">) {
    this.isJson = json;
    this.isPretty = pretty;
  }

  /** A field: `text` stands in plain output. */
  field(key: string, value: Scalar, text: string): void {
    if (this.isJson) this.put(key, value);
    else this.text += text;
  }

  /** Only in plain output. */
  say(text: string): void {
    if (!this.isJson) this.text += text;
  }

  /** Only in JSON. */
  note(key: string, value: Json): void {
    if (this.isJson) this.put(key, value);
  }

  /** What `body` writes belongs to an object; `key` is left out in a list. */
  object(key: string, body: () => void): void {
    this.within(key, {}, body);
  }

  list(key: string, body: () => void): void {
    this.within(key, [], body);
  }

  /** Everything that was printed, with JSON's last newline. */
  finish(): string {
    return this.isJson ? `${formatJson(this.all, this.isPretty)}\n` : this.text;
  }

  private within(key: string, container: Container, body: () => void): void {
    if (!this.isJson) return body();
    this.put(key, container);
    this.open.push(container);
    body();
    this.open.pop();
  }

  private put(key: string, value: Json): void {
    const at = this.open.at(-1) as Container;
    if (Array.isArray(at)) at.push(value);
    else at[key] = value;
  }
}
