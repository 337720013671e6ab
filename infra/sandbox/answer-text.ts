import { type Random, randomInteger } from './random.ts';

/** Marks every text answer, so that nobody takes it for a model's. */
export const SANDBOX_MARK = '[sandbox]';

const MAX_TOPICS = 8;
const MAX_CANDIDATES = 40;
const MIN_TOPIC_CHARACTERS = 4;
/** Has no common divisor with the number of sentences, so that all of them come before one comes again. */
const SENTENCE_STEP = 5;
/** Scripts without blanks would make a whole sentence one word: there a topic is a run of one kind of sign. */
const WORD =
  /\p{Script=Han}{2,6}|\p{Script=Katakana}{2,12}|(?![\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}])[\p{L}\p{N}][\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{N}'’-]*/gu;

const STOP_WORDS = new Set(
  `about after also because been before being between could does each every explain first five four from give have
  hold into just know last later like look make many more most much only other over please same should show some such
  takes tell than that their them then there these they this those three through under using very want were what when
  where which while will with without would write your both`
    .split(/\s+/)
    .filter((word) => word !== ''),
);

const SENTENCES: readonly string[] = [
  'The short answer begins with {a}, because everything about {b} rests on it.',
  'Start from {a}: it is the part of the question that decides how {b} behaves.',
  'In practice {a} matters more than {b}, although most people look at {b} first.',
  'A good way to see this is to hold {a} still and to change only {b}.',
  'That is why {a} and {b} are usually discussed together.',
  'There is one exception: when {b} grows faster than {a}, the order is reversed.',
  'Take a small example with {a} and check each step against {b}.',
  'None of this needs special knowledge of {a}; patience with {b} is enough.',
  'The trade-off is plain: more {a} now means less room for {b} later.',
  'If you remember one thing, remember how {a} limits {b}.',
  'Compared with {b}, the effect of {a} is small at first and large in the end.',
  'Finally, write down what you expect from {a} before you touch {b}.',
];

const STEPS: readonly string[] = [
  'Write down what is known about {a}.',
  'Say what is asked: a value for {b}.',
  'Relate {a} to {b} and keep the units.',
  'Solve for {b} and simplify.',
  'Check the result with a round number for {a}.',
];

export interface TextOrder {
  readonly prompt: string;
  readonly random: Random;
  readonly wordCount: number;
  /** True: exactly so many words. False: at least so many, up to the end of a sentence. */
  readonly isExact: boolean;
}

/** Words for a prompt, made from the prompt's own words and a seed; no model is behind them. */
export function writeText({ prompt, random, wordCount, isExact }: TextOrder): string[] {
  const topics = topicWords(prompt);
  const nextSentence = sentences(topics, random);
  const words = splitWords(SANDBOX_MARK + opening(prompt, topics, random));
  while (words.length < wordCount) words.push(...splitWords(nextSentence()));
  return isExact ? words.slice(0, wordCount) : words;
}

/** Words with the white space that stands before them, so that joining gives the text back. */
export function splitWords(text: string): string[] {
  return text.match(/\s*\S+/g) ?? [];
}

/** The longest words of a prompt's beginning, in its own order and spelling, each once: mostly nouns and names. */
export function topicWords(prompt: string): string[] {
  const found = new Map<string, string>();
  for (const [word] of prompt.matchAll(WORD)) {
    const key = word.toLowerCase();
    const isShort = word.length < MIN_TOPIC_CHARACTERS && /^[\p{Script=Latin}\p{N}]/u.test(word);
    if (isShort || STOP_WORDS.has(key) || found.has(key)) continue;
    found.set(key, word);
    if (found.size === MAX_CANDIDATES) break;
  }
  const words = Array.from(found.values());
  const kept = new Set(words.toSorted((a, b) => b.length - a.length).slice(0, MAX_TOPICS));
  return words.filter((word) => kept.has(word));
}

/** What stands before the sentences: the shape that an answer to this kind of prompt usually has. */
function opening(prompt: string, topics: readonly string[], random: Random): string {
  const [first = 'the question'] = topics;
  if (
    /```|\b(function|python|typescript|sql|regular expression|bash|rust|git|code)\b/i.test(prompt)
  ) {
    return ` A sketch for ${first}:\n\n${codeBlock(first, random)}\n\nWhat it does:`;
  }
  if (/\b(solve|calculate|prove|integral|probability|how far|how many|formula)\b/i.test(prompt)) {
    const steps = STEPS.map((step, index) => `\n${index + 1}. ${fill(step, topics, random)}`);
    return ` Step by step:\n${steps.join('')}\n\nIn words:`;
  }
  if (/\b(summari[sz]e|summary|key points|bullet)\b/i.test(prompt)) {
    const nextSentence = sentences(topics, random);
    const points = [nextSentence(), nextSentence(), nextSentence()].map((point) => `\n-${point}`);
    return ` In short:\n${points.join('')}\n\nAnd longer:`;
  }
  return '';
}

function codeBlock(topic: string, random: Random): string {
  const plain = topic
    .normalize('NFD')
    .replaceAll(/[^A-Za-z]/g, '')
    .toLowerCase();
  const limit = randomInteger(random, 2, 64);
  return [
    '```ts',
    `export function sum_${plain}(values: readonly number[]): number {`,
    `  const kept = values.filter((value) => value < ${limit});`,
    '  return kept.reduce((sum, value) => sum + value, 0);',
    '}',
    '```',
  ].join('\n');
}

/** Goes round all patterns in steps, so that no sentence follows its like. */
function sentences(topics: readonly string[], random: Random): () => string {
  let index = randomInteger(random, 0, SENTENCES.length - 1);
  return () => {
    index = (index + SENTENCE_STEP) % SENTENCES.length;
    return ` ${fill(SENTENCES[index] ?? '', topics, random)}`;
  };
}

function fill(pattern: string, topics: readonly string[], random: Random): string {
  const first = randomInteger(random, 0, Math.max(0, topics.length - 1));
  const a = topics[first] ?? 'the question';
  const b = topics[(first + 1) % Math.max(1, topics.length)] ?? 'the answer';
  return pattern.replaceAll('{a}', a).replaceAll('{b}', b);
}
