import { VisibleText } from '../diff/visible-text.tsx';

/** A text that goes on beneath where there is no room: after one of these signs, and elsewhere only where it must. */
export function Pieces({ text, after }: { text: string; after: ' ' | ',/' | '._' }) {
  return (
    <>
      {text.split(AFTER[after]).map((piece, at) => (
        <span key={at} class="piece">
          <VisibleText text={piece} />
        </span>
      ))}
    </>
  );
}

const AFTER = { ' ': /(?<= )/, ',/': /(?<=[,/])/, '._': /(?<=[._])/ } as const;
