import { entry } from './entry.ts';

/** Mistakes in a weight map, which says where the tensors of a foreign checkpoint belong. The examples are YAML. */
export const weightMaps = {
  'weight-map-name': entry<{ name: string; problem: string }>({
    severity: 'error',
    message: ({ name, problem }) => `the name \`${name}\` cannot be read: ${problem}`,
    help: () => 'a blank is `{n}`, or `{n+1}` and `{n-1}` to count from elsewhere',
    why: 'Braces in the names of a weight map are blanks, which stand for a word or a whole number of the name.',
    wrong: 'layers:\n  layer{n.conv1: layer{n}/conv2d\n',
    right: 'layers:\n  layer{n}.conv1: layer{n}/conv2d\n',
  }),
  'weight-map-blank': entry<{ blank: string; name: string }>({
    severity: 'error',
    message: ({ blank, name }) => `nothing says what \`${blank}\` is: the name \`${name}\` does not have it`,
    help: () => 'give the blank the same name on both sides',
    why: "The blanks on the left of a rule take what stands there in a tensor's name; the path on the right is filled in with that.",
    wrong: 'layers:\n  layer{n}.conv1: layer{stage}/conv2d\n',
    right: 'layers:\n  layer{stage}.conv1: layer{stage}/conv2d\n',
  }),
};
