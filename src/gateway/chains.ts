// Which upstream list a module has: its own by a rule, else that of all.

import { matchPrefixPatterns } from "../gomod/module.ts";
import type { ChainLink } from "./source.ts";

type Chain = readonly ChainLink[];

interface RoutedChain {
  readonly modules: string;
  readonly chain: Chain;
}

export class Chains {
  /** For what no rule names. */
  readonly usual: Chain;
  readonly #routes: readonly RoutedChain[];

  constructor(usual: Chain, routes: readonly RoutedChain[]) {
    this.usual = usual;
    this.#routes = routes;
  }

  /** The list for a module path. */
  of(module: string): Chain {
    return this.#routes.find(({ modules }) => matchPrefixPatterns(modules, module))?.chain ?? this.usual;
  }

  map(change: (chain: Chain) => Chain): Chains {
    const routes = this.#routes.map(({ modules, chain }) => ({ modules, chain: change(chain) }));
    return new Chains(change(this.usual), routes);
  }

  /** Names of all sources, those of rules last, each once. */
  get sources(): readonly string[] {
    const chains = [this.usual, ...this.#routes.map(({ chain }) => chain)];
    return [...new Set(chains.flat().map(({ source }) => source.name))];
  }
}
