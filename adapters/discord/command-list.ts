import {
  type APIApplicationCommandOption,
  ApplicationCommandOptionType,
  ApplicationCommandType,
  type RESTPostAPIApplicationCommandsJSONBody,
} from 'discord.js';
import { ABOUT, ASK_ABOUT } from '../shared/words.ts';

/*
 * What the bot registers: https://docs.discord.com/developers/interactions/application-commands. Names are
 * the same in every language, because people tell each other what to type; what they do is said in each.
 */

/**
 * Languages besides English: https://docs.discord.com/developers/reference#locales. A new one is a column in
 * TEXTS.
 */
export const LOCALES = ['de', 'fr', 'es-ES'] as const;
type Locale = (typeof LOCALES)[number];
type Text = Readonly<{ en: string } & Record<Locale, string>>;

const TEXTS = {
  bot: {
    en: ABOUT,
    de: 'Ein selbständiger ML-Ingenieur in euren Threads',
    fr: 'Un ingénieur ML autonome dans vos fils',
    'es-ES': 'Un ingeniero de ML autónomo en vuestros hilos',
  },
  ask: {
    en: ASK_ABOUT,
    de: 'ML Intern dazu fragen',
    fr: 'Interroger ML Intern à ce sujet',
    'es-ES': 'Preguntar a ML Intern por esto',
  },
  new: {
    en: 'Begin a session in a thread of this channel',
    de: 'Eine Sitzung in einem Thread dieses Kanals beginnen',
    fr: 'Commencer une session dans un fil de ce salon',
    'es-ES': 'Empezar una sesión en un hilo de este canal',
  },
  request: {
    en: 'What it is to do',
    de: 'Was zu tun ist',
    fr: 'Ce qu’il doit faire',
    'es-ES': 'Lo que debe hacer',
  },
  status: { en: 'Your sessions', de: 'Deine Sitzungen', fr: 'Vos sessions', 'es-ES': 'Tus sesiones' },
  session: {
    en: 'One of them, by its title',
    de: 'Eine davon, nach ihrem Titel',
    fr: 'L’une d’elles, par son titre',
    'es-ES': 'Una de ellas, por su título',
  },
  catchup: {
    en: 'What has happened in this thread, for your eyes only',
    de: 'Was in diesem Thread geschehen ist, nur für dich',
    fr: 'Ce qui s’est passé dans ce fil, pour vous seul',
    'es-ES': 'Lo que ha pasado en este hilo, solo para ti',
  },
  jobs: {
    en: 'The jobs that it follows here',
    de: 'Die Jobs, die er hier verfolgt',
    fr: 'Les jobs qu’il suit ici',
    'es-ES': 'Los trabajos que sigue aquí',
  },
  experiments: {
    en: 'The runs of this channel, side by side',
    de: 'Die Läufe dieses Kanals im Vergleich',
    fr: 'Les essais de ce salon, côte à côte',
    'es-ES': 'Las ejecuciones de este canal, lado a lado',
  },
  experimentsBy: {
    en: 'What they are sorted by: a metric such as accuracy, cost or duration',
    de: 'Wonach sie sortiert sind: eine Metrik wie accuracy, cost oder duration',
    fr: 'Comment les trier : une métrique comme accuracy, cost ou duration',
    'es-ES': 'Cómo ordenarlas: una métrica como accuracy, cost o duration',
  },
  usage: { en: 'Tokens and cost', de: 'Tokens und Kosten', fr: 'Jetons et coûts', 'es-ES': 'Tokens y coste' },
  models: {
    en: 'What it can run on',
    de: 'Womit er laufen kann',
    fr: 'Les modèles disponibles',
    'es-ES': 'Los modelos disponibles',
  },
  model: {
    en: 'Switch the model of this thread’s session',
    de: 'Das Modell der Sitzung dieses Threads wechseln',
    fr: 'Changer le modèle de la session de ce fil',
    'es-ES': 'Cambiar el modelo de la sesión de este hilo',
  },
  modelId: {
    en: 'A model’s id, or "default"',
    de: 'Die Kennung eines Modells, oder "default"',
    fr: 'L’identifiant d’un modèle, ou « default »',
    'es-ES': 'El identificador de un modelo, o "default"',
  },
  settings: {
    en: 'Settings of this channel, and changing them',
    de: 'Was in diesem Kanal gilt, und wie man es ändert',
    fr: 'Ce qui vaut dans ce salon, et le changer',
    'es-ES': 'Lo que vale en este canal, y cambiarlo',
  },
  account: {
    en: 'Your own Hugging Face account',
    de: 'Dein eigenes Hugging-Face-Konto',
    fr: 'Votre propre compte Hugging Face',
    'es-ES': 'Tu propia cuenta de Hugging Face',
  },
  help: { en: 'What there is', de: 'Was es gibt', fr: 'Ce qu’il y a', 'es-ES': 'Lo que hay' },
} as const satisfies Record<string, Text>;
type Key = keyof typeof TEXTS;

const localized = (key: Key): Record<Locale, string> => {
  const { en: _en, ...others } = TEXTS[key];
  return others;
};

const described = (key: Key) => ({
  description: TEXTS[key].en,
  description_localizations: localized(key),
});

const sub = (name: Key, options: APIApplicationCommandOption[] = []): APIApplicationCommandOption => ({
  type: ApplicationCommandOptionType.Subcommand as const,
  name,
  ...described(name),
  ...(options.length > 0 ? { options: options as never } : {}),
});

const textOption = (
  name: string,
  key: Key,
  rest: { required?: true; autocomplete?: true; max_length?: number },
): APIApplicationCommandOption =>
  ({
    type: ApplicationCommandOptionType.String,
    name,
    ...described(key),
    ...rest,
  }) as APIApplicationCommandOption;

export const COMMANDS: readonly RESTPostAPIApplicationCommandsJSONBody[] = [
  {
    type: ApplicationCommandType.ChatInput,
    name: 'ml-intern',
    ...described('bot'),
    options: [
      sub('new', [textOption('request', 'request', { required: true, max_length: 4_000 })]),
      sub('status', [textOption('session', 'session', { autocomplete: true })]),
      sub('catchup'),
      sub('jobs'),
      sub('experiments', [textOption('by', 'experimentsBy', { max_length: 100 })]),
      sub('usage'),
      sub('models'),
      sub('model', [textOption('id', 'modelId', { required: true, autocomplete: true })]),
      sub('settings'),
      sub('account'),
      sub('help'),
    ],
  },
  { type: ApplicationCommandType.Message, name: TEXTS.ask.en, name_localizations: localized('ask') },
];
