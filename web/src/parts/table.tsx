import type { ComponentChildren } from 'preact';

export interface Column<Row> {
  title: string;
  cell(row: Row): ComponentChildren;
  /** Numbers stand to the right. */
  isNumber?: boolean;
  /** The one that takes the room that there is. */
  isWide?: boolean;
  /** Its title is for who does not see the page. */
  isBare?: boolean;
  /** Left out where the page is narrow. */
  isExtra?: boolean;
}

export interface TableProps<Row> {
  /** What it is of, for who does not see it. */
  caption: string;
  columns: readonly Column<Row>[];
  rows: readonly Row[];
  keyOf(row: Row): string | number;
  isSelected?(row: Row): boolean;
}

export function Table<Row>({ caption, columns, rows, keyOf, isSelected }: TableProps<Row>) {
  return (
    <div class="table">
      <table>
        <caption class="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.title} scope="col" class={classOf(column)}>
                {column.isBare ? <span class="unseen">{column.title}</span> : column.title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} class={isSelected?.(row) ? 'selected' : ''}>
              {columns.map((column) => (
                <td key={column.title} class={classOf(column)}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function classOf<Row>({ isNumber, isWide, isExtra }: Column<Row>): string {
  return [isNumber && 'number', isWide && 'wide', isExtra && 'extra'].filter(Boolean).join(' ');
}
