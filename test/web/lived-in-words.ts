/** What a small local model would say about the sample documents, by a word of each. */
export const ANSWERS: readonly (readonly [word: string, answer: unknown])[] = [
  [
    'Fennmoor',
    {
      title: 'Invoice FI-2026-0412 from Fennmoor Instruments',
      date: '2026-03-12',
      party: 'Fennmoor Instruments Ltd',
      amount: '€905.40',
      tags: ['invoice', 'anemometer', 'calibration'],
      summary: 'Calibration of three anemometers and a new bearing. €905.40 are due by 11 April 2026.',
    },
  ],
  [
    'Fernwärme',
    {
      title: 'Wartung der Fernwärme und neuer Grundpreis',
      date: '2026-05-04',
      party: 'Stadtwerke',
      amount: null,
      tags: ['fernwärme', 'wartung', 'grundpreis'],
      summary: 'Die Fernwärme wird gewartet; der Grundpreis sinkt von 312,00 € auf 286,50 € im Jahr.',
    },
  ],
  [
    'Why tide gauges',
    {
      title: 'Why tide gauges went quiet',
      date: '2026-02-21',
      party: 'The Breakwater Review',
      amount: null,
      tags: ['tide gauge', 'maintenance'],
      summary: 'Gauges fell silent because nobody was left to clean them. One afternoon a month would do.',
    },
  ],
  [
    'Calibration day at the northern mast',
    {
      tags: ['calibration', 'anemometer', 'tide-gauge'],
      summary:
        'The northern anemometer reads 0.4 m/s low above 12 m/s; its bearing is worn and has to be ordered.',
    },
  ],
  [
    'def read_levels',
    {
      findings: [
        {
          line: '        return False',
          severity: 'bug',
          comment: 'It gives up after the first level. Return False after the loop.',
        },
        {
          line: 'def save(levels, path="/tmp/levels.json", known=[]):',
          severity: 'bug',
          comment: 'The default list is shared by all calls, and grows. Use None, and make one inside.',
        },
        {
          line: '    reply = urllib.request.urlopen(url)',
          severity: 'risk',
          comment: 'Without a timeout a silent gauge blocks this for ever. Pass timeout=10.',
        },
      ],
    },
  ],
  [
    'cannot store reading',
    {
      title: 'Readings cannot be stored: database refuses connections',
      cause: 'PostgreSQL at 127.0.0.1:5432 does not accept connections, so that readings pile up.',
      evidence: 'ERROR cannot store reading: connection to 127.0.0.1:5432 refused',
      file: 'src/store.ts',
      line: 88,
      next: 'systemctl status postgresql',
    },
  ],
  // Not what its rule asks for, also when it is asked again.
  ['nextHighWater', 'The test "finds high water across midnight" fails because the day is not carried over.'],
  [
    'mooring lease',
    {
      title: 'Mooring lease for berth 14, 2026 to 2028',
      date: '2026-04-02',
      party: 'Harbourlight Port Authority',
      amount: '€1,180.00',
      tags: ['lease', 'mooring', 'berth 14'],
      summary: 'Berth 14 is leased for two years. €1,180.00 a year are due each 1 May; three months’ notice.',
    },
  ],
  [
    'Pier mast: planning meeting',
    {
      title: 'Pier mast planning meeting',
      date: '2026-03-17',
      party: 'Harbourlight Weather Station',
      amount: '€340',
      tags: ['meeting', 'pier mast', 'anemometer', 'gps clock'],
      summary:
        'Wind data since November is republished with a correction; the logger gets a GPS clock for €340 before the spring tides on 2 April.',
    },
  ],
];

/** A document that is being thought about while somebody looks. */
export const LEASE = `Harbourlight Port Authority
2 April 2026

Renewal of the mooring lease, berth 14

The berth is leased to the weather station from 1 May 2026 to 30 April 2028. The rent is €1,180.00 a year, due each
1 May. Either side may end the lease with three months' notice. The northern pile was surveyed in March; its sleeve is
renewed by the harbour office before the lease begins.
`;

/** A rule that somebody has mistyped. */
export const BROKEN_RULE = `---
on:
  schedule:
    evry: 7d
mind:
  models: [lmstudio/local-model]
outputs:
  - write: "{NOTES}/weekly/{{ event.date }}.md"
    body: "{{ answer }}"
---
What has to be done next week?

{{ event.text }}
`;
