/** One process under simulation: once it is over, nothing that it asks for happens or is answered any more. */
export interface Life {
  isOver(): boolean;
  end(): void;
  /** What is asked for by a dead process: for ever on its way. */
  never<T>(): Promise<T>;
}

export function createLife(): Life {
  let over = false;
  return {
    isOver: () => over,
    end() {
      over = true;
    },
    never: () => new Promise(() => undefined),
  };
}
