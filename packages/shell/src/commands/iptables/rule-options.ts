/** The part of a command line that describes a rule: addresses, interfaces, protocol, matches, target. */
import { type NetfilterConfig, PROTOCOL_NAMES, type RuleSpec, STANDARD_TARGETS } from "@lvsim/core";
import type { AddressSpec } from "./address.ts";
import {
  type Extension,
  type ExtensionOption,
  type ReadContext,
  Reading,
} from "./extensions/extension.ts";
import { MATCHES, TARGETS } from "./extensions/registry.ts";
import { readInterfaceName } from "./extensions/values.ts";
import type { IptablesKernel } from "./kernel.ts";
import type { Names } from "./names.ts";
import { usage } from "./problem.ts";
import { parseProtocol } from "./protocol.ts";
import type { Arity, WordReader } from "./word-reader.ts";

const TARGET_NAME_MAX = 28;

export class RuleOptions {
  protocol = 0;
  protocolInverted = false;
  inputInterface = "";
  inputInterfaceInverted = false;
  outputInterface = "";
  outputInterfaceInverted = false;
  fragment: RuleSpec["fragment"] = "any";
  /** -s and -d as typed; "" when not given. Names are looked up when everything was read. */
  source = "";
  sourceInverted = false;
  destination = "";
  destinationInverted = false;
  target = "";
  goto = false;
  readonly warnings: string[] = [];
  private readonly matches: Reading[] = [];
  private targetReading: Reading | null = null;
  private implicitMatchUsed = false;
  private readonly kernel: IptablesKernel;
  private readonly names: Names;

  constructor(kernel: IptablesKernel, names: Names) {
    this.kernel = kernel;
    this.names = names;
  }

  setProtocol(word: string, inverted: boolean): void {
    this.protocol = parseProtocol(word);
    this.protocolInverted = inverted;
    if (this.protocol === 0 && inverted) usage("rule would never match protocol");
  }

  interfaceName(word: string): string {
    if (word === "") usage("Empty interface is likely to be undesired");
    return readInterfaceName(word, this.warnings);
  }

  /** -m. */
  addMatch(name: string): void {
    const extension = MATCHES.get(name);
    if (extension === undefined)
      return usage(`Couldn't load match \`${name}':No such file or directory\n`);
    if (!this.kernel.hasMatch(name)) this.warnUnsupported(name);
    this.matches.push(new Reading(extension));
  }

  /** -j and -g. A name that is no target may still be a chain; who runs the command looks. */
  setTarget(name: string, isGoto: boolean): void {
    if (name === "") usage("Invalid target name (too short)");
    if (name.length > TARGET_NAME_MAX)
      usage(`Invalid target name \`${name}' (${TARGET_NAME_MAX} chars max)`);
    if (/\s/.test(name)) usage(`Invalid target name \`${name}'`);
    this.target = name;
    this.goto = isGoto;
    const extension = isGoto ? undefined : TARGETS.get(name);
    if (extension === undefined) return;
    if (!this.kernel.hasTarget(name)) this.warnUnsupported(name);
    this.targetReading = new Reading(extension);
  }

  /** Names of all options of the extensions that were named so far, the latest first. */
  extensionArity(): Map<string, Arity> {
    const arity = new Map<string, Arity>();
    for (const { extension } of this.readings())
      for (const option of extension.options)
        for (const name of [option.name, ...(option.aliases ?? [])])
          arity.set(name, option.words === 0 ? 0 : 1);
    return arity;
  }

  /** Loads the match that `-p` implies, because an option was not known; false if that was done or there is none. */
  loadImplicitMatch(): boolean {
    const name = PROTOCOL_NAMES.get(this.protocol);
    const extension = name === undefined ? undefined : MATCHES.get(name);
    if (extension === undefined || this.implicitMatchUsed) return false;
    this.implicitMatchUsed = true;
    this.matches.push(new Reading(extension));
    return true;
  }

  takeExtensionOption(name: string, value: string, inverted: boolean, words: WordReader): void {
    for (const reading of this.readings()) {
      const option = optionNamed(reading.extension, name);
      if (option === undefined) continue;
      let second = "";
      if (option.words === 2) {
        const word = words.hasArgument ? words.take() : undefined;
        second = word ?? usage(option.incomplete ?? "");
      }
      reading.take(option, value, second, inverted, this.context());
      return;
    }
  }

  /** The rule once per pair of addresses, in iptables' order. */
  finish(
    sources: readonly AddressSpec[],
    destinations: readonly AddressSpec[],
  ): readonly RuleSpec[] {
    const context = this.context();
    const matches = this.matches.map((reading) => ({
      name: reading.extension.name,
      options: reading.finish(context),
    }));
    const targetOptions = this.targetReading?.finish(context) ?? {};
    return sources.flatMap((source) =>
      destinations.map((destination) => ({
        source: source.address,
        sourceMask: source.mask,
        sourceInverted: this.sourceInverted,
        destination: destination.address,
        destinationMask: destination.mask,
        destinationInverted: this.destinationInverted,
        inputInterface: this.inputInterface,
        inputInterfaceInverted: this.inputInterfaceInverted,
        outputInterface: this.outputInterface,
        outputInterfaceInverted: this.outputInterfaceInverted,
        protocol: this.protocol,
        protocolInverted: this.protocolInverted,
        fragment: this.fragment,
        matches,
        target: this.target,
        goto: this.goto,
        targetOptions,
      })),
    );
  }

  private readings(): readonly Reading[] {
    const matches = [...this.matches].reverse();
    return this.targetReading === null ? matches : [this.targetReading, ...matches];
  }

  private context(): ReadContext {
    const { kernel, names, protocol, protocolInverted, warnings } = this;
    const hasSet = (name: string): boolean => kernel.hasSet(name);
    return { names, protocol, protocolInverted, warnings, hasSet };
  }

  private warnUnsupported(name: string): void {
    this.warnings.push(
      `Warning: Extension ${name} revision 0 not supported, missing kernel module?\n`,
    );
  }
}

const optionNamed = (extension: Extension, name: string): ExtensionOption | undefined =>
  extension.options.find((option) => option.name === name || option.aliases?.includes(name));

/** Complains about a target that is neither a verdict, nor an extension, nor a chain of the table. */
export function checkTarget(spec: RuleSpec, table: NetfilterConfig["tables"]["filter"]): void {
  const { target } = spec;
  const isChain = table?.chains.some((chain) => chain.name === target) === true;
  if (spec.goto) {
    if (!isChain) usage(`goto '${target}' is not a chain`);
    return;
  }
  if (target === "" || isChain || STANDARD_TARGETS.has(target) || TARGETS.has(target)) return;
  usage(`Couldn't load target \`${target}':No such file or directory\n`);
}
