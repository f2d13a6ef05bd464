import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { findAmounts, pickAmount } from '../../src/mind/providers/builtin/amounts.ts';
import { dateInName, findDates, pickDate } from '../../src/mind/providers/builtin/dates.ts';
import { plain, readDocument } from '../../src/mind/providers/builtin/document.ts';
import { fillSchema } from '../../src/mind/providers/builtin/fill.ts';
import { findParty } from '../../src/mind/providers/builtin/parties.ts';
import { keyPhrases, wordsOf } from '../../src/mind/providers/builtin/phrases.ts';
import { splitSentences } from '../../src/mind/providers/builtin/sentences.ts';
import { languageOf } from '../../src/mind/providers/builtin/stop-words.ts';
import { summarise } from '../../src/mind/providers/builtin/summary.ts';
import { findTasks } from '../../src/mind/providers/builtin/tasks.ts';
import { titleOf } from '../../src/mind/providers/builtin/title.ts';

describe('dates', () => {
  const written: [text: string, iso: string][] = [
    ['2026-03-12', '2026-03-12'],
    ['2026/3/2', '2026-03-02'],
    ['12. März 2026', '2026-03-12'],
    ['3.Dez. 2026', '2026-12-03'],
    ['12.03.2026', '2026-03-12'],
    ['1. 2. 26', '2026-02-01'],
    ['12 March 2026', '2026-03-12'],
    ['the 1st of May, 2026', '2026-05-01'],
    ['March 3rd, 2026', '2026-03-03'],
    ['Sept. 30 2026', '2026-09-30'],
    ['le 14 juillet 2026', '2026-07-14'],
    ['2 de mayo de 2026', '2026-05-02'],
    ['25/12/2026', '2026-12-25'],
    ['2026年3月12日', '2026-03-12'],
  ];
  for (const [text, iso] of written) {
    it(`are read as in "${text}"`, () =>
      assert.deepEqual(
        findDates(`on ${text}!`).map((date) => date.iso),
        [iso],
      ));
  }

  it('are read month first where the text is American', () => {
    assert.equal(findDates('03/04/2026')[0]?.iso, '2026-04-03');
    assert.equal(findDates('03/04/2026 at 4:30 pm')[0]?.iso, '2026-03-04');
  });

  it('that do not exist, and numbers that only look like dates, are none', () => {
    assert.deepEqual(findDates('2026-02-30 31.04.2026 1.2.3.4 3026-01-01 10.12.20.30 99/99/2026'), []);
  });

  it('are picked by their label: the own before the due one, the due one where it is asked for', () => {
    const dates = findDates(
      'Due date: 2026-04-01\nOrdered 2026-01-01\nInvoice date: 2026-03-01\nValid until 2027-01-01',
    );
    assert.equal(pickDate(dates, 'date'), '2026-03-01');
    assert.equal(pickDate(dates, 'due_date'), '2026-04-01');
    assert.equal(pickDate(dates, 'expires'), '2027-01-01');
    assert.equal(pickDate([], 'date'), null);
  });

  it('are found in file names', () => {
    assert.equal(dateInName('scan_20260312.pdf'), '2026-03-12');
    assert.equal(dateInName('2026-03-12 note.md'), '2026-03-12');
    assert.equal(dateInName('scan_0412.pdf'), null);
  });
});

describe('amounts', () => {
  const written: [text: string, value: number, currency: string][] = [
    ['€1,284.50', 1284.5, 'EUR'],
    ['1.284,50 €', 1284.5, 'EUR'],
    ['CHF 1’284.50', 1284.5, 'CHF'],
    ['1 284,50 EUR', 1284.5, 'EUR'],
    ['$12', 12, 'USD'],
    ['12,- €', 12, 'EUR'],
    ['¥1,200', 1200, 'JPY'],
    ['£0.99', 0.99, 'GBP'],
    ['-5.00 USD', -5, 'USD'],
  ];
  for (const [text, value, currency] of written) {
    it(`are read as in "${text}"`, () => {
      const [found] = findAmounts(`It is ${text} in all.`);
      assert.deepEqual([found?.value, found?.currency, found?.text], [value, currency, text]);
    });
  }

  it('prefer the total to the subtotal and to the first', () => {
    const text = 'Item €5.00\nSubtotal €10.00\nTotal €12.00\nOf that VAT €2.00';
    assert.equal(pickAmount(findAmounts(text))?.value, 12);
    assert.equal(
      pickAmount(findAmounts('Item 5,00 €\nZwischensumme 10,00 €\nGesamtbetrag 12,00 €'))?.value,
      12,
    );
    assert.equal(pickAmount([]), null);
  });
});

describe('sentences', () => {
  it('do not end at abbreviations, ordinals and decimal points', () => {
    assert.deepEqual(
      splitSentences('We met on 4. Mai in St. Ives, i.e. at 3.5 m depth. It was z. B. cold! Was it?'),
      ['We met on 4. Mai in St. Ives, i.e. at 3.5 m depth.', 'It was z. B. cold!', 'Was it?'],
    );
  });

  it('end at the marks of scripts without spaces', () => {
    assert.deepEqual(splitSentences('会議は三時です。資料を確認。'), ['会議は三時です。', '資料を確認。']);
  });
});

describe('a document', () => {
  it('is split into headings, prose, items, fields and rows; code and front matter are no prose', () => {
    const document = readDocument(
      '---\ntitle: "From above"\n---\nSetext\n======\n\nA sentence that is long enough to be one.\n\n```\ncode here.\n```\n\nKey: value\n\n- an item\n  goes on\n\n| a | b |\n',
      'folder/name.md',
    );
    assert.equal(document.name, 'name.md');
    assert.deepEqual(
      document.blocks.map((block) => `${block.kind}: ${block.text}`),
      [
        'heading: Setext',
        'prose: A sentence that is long enough to be one.',
        'field: Key: value',
        'item: an item goes on',
        'row: | a | b |',
      ],
    );
    assert.deepEqual(document.fields, [
      { key: 'title', value: 'From above' },
      { key: 'key', value: 'value' },
    ]);
  });

  it('is read without the marks of Markdown', () => {
    assert.equal(
      plain('**Bold** and *soft* `code`, [text](https://x.example), [[Page|shown]] and [[Page]]'),
      'Bold and soft code, text, shown and Page',
    );
  });

  it('is named by its title, heading, subject, the line above the salutation, its first line or its file', () => {
    const title = (text: string, name: string | null = null) => titleOf(readDocument(text, name));
    assert.equal(title('---\ntitle: Front\n---\n# Heading\n'), 'Front');
    assert.equal(title('text before it.\n\n## Heading **bold**\n'), 'Heading bold');
    assert.equal(title('Betreff: Wartung\n\nSehr geehrte Damen und Herren,\n'), 'Wartung');
    assert.equal(
      title('Some Firm Ltd\n1 Street\n\nYour cancellation\n\nDear customer,\n'),
      'Your cancellation',
    );
    assert.equal(
      title('A short opening line\n\nThen a sentence follows here, as usual.'),
      'A short opening line',
    );
    assert.equal(title('', 'my_old-note.txt'), 'My old note');
    assert.equal(title(''), 'Untitled');
    assert.ok(title(`# ${'very long '.repeat(30)}`).length <= 90);
  });

  it('is from whom it says, or the first company or institution in it', () => {
    const from = (text: string) => findParty(readDocument(text, null), 'from');
    assert.equal(from('From: Harbour Office\n'), 'Harbour Office');
    assert.equal(from('Muster & Partner GmbH · Am Markt 1\n'), 'Muster & Partner GmbH');
    assert.equal(from('Sparkasse Nordufer\nPostfach 1\n'), 'Sparkasse Nordufer');
    assert.equal(from('By Quay Press\n\nA sentence follows that says nothing else.'), 'Quay Press');
    assert.equal(from('Nothing of that kind is in here, really.'), null);
    assert.equal(findParty(readDocument('To: The Board\n', null), 'to'), 'The Board');
    assert.equal(findParty(readDocument('Nothing.', null), 'to'), null);
  });

  it('has tasks in boxes and behind marks', () => {
    assert.deepEqual(
      findTasks('- [ ] open\n* [x] done\n1. [X] also done\nTODO: later\nAufgabe: bald\n- no task'),
      [
        { text: 'open', done: false },
        { text: 'done', done: true },
        { text: 'also done', done: true },
        { text: 'later', done: false },
        { text: 'bald', done: false },
      ],
    );
  });

  it('has a language where its small words tell', () => {
    assert.equal(languageOf(wordsOf('This is what they were saying about it')), 'en');
    assert.equal(languageOf(wordsOf('Das ist nicht, was wir darüber wissen')), 'de');
    assert.equal(languageOf(wordsOf('Lorem ipsum')), null);
  });

  it('has key phrases and a summary in scripts without spaces too', () => {
    const document = readDocument(
      '港の会議について\n\n港の会議は三時に始まります。会議では予算を決めます。次の会議は四月です。',
      null,
    );
    assert.ok(keyPhrases(document, 3).includes('会議'));
    assert.match(summarise(document), /会議/);
  });

  it('without prose is summed up by its first lines', () => {
    assert.equal(summarise(readDocument('Milk\nBread\nSalt\nSoap\n', null)), 'Milk; Bread; Salt');
    assert.equal(summarise(readDocument('', null)), '');
  });
});

describe('lists by name', () => {
  const document = readDocument(
    '# One\n\n## Two\n\nFrom: Quay Office\nTo: Mast Team\n\nIs it safe to climb the mast? It costs €5 or €7.50 on 2026-01-02 and 2026-02-03, see https://a.example/x now.\n\n- [x] old\n- [ ] new\n',
    null,
  );
  const lists: [name: string, items: object, expected: unknown[]][] = [
    ['headings', { type: 'string' }, ['One', 'Two']],
    ['dates', { type: 'string', format: 'date' }, ['2026-01-02', '2026-02-03']],
    ['amounts', { type: 'number' }, [5, 7.5]],
    ['parties', { type: 'string' }, ['Quay Office', 'Mast Team']],
    ['links', { type: 'string' }, ['https://a.example/x']],
    ['questions', { type: 'string' }, ['Is it safe to climb the mast?']],
    ['done_tasks', { type: 'string' }, ['old']],
    ['kinds', { enum: ['mast', 'boat', 'quay'] }, ['mast', 'quay']],
    ['anything', { type: 'string' }, []],
  ];
  for (const [name, items, expected] of lists) {
    it(`fill ${name}`, () => {
      const schema = { type: 'object', properties: { [name]: { type: 'array', items } }, required: [name] };
      assert.deepEqual(fillSchema(schema, document), { [name]: expected });
    });
  }

  it('of a least length and of different elements are padded', () => {
    const schema = { type: 'array', items: { type: 'string' }, minItems: 2, uniqueItems: true };
    const filled = fillSchema(schema, document);
    assert.ok(Array.isArray(filled) && new Set(filled).size === 2);
  });
});
