/** Random networks that are right: models of blocks in blocks, chains, branches and skip connections. */
import fc from 'fast-check';

/** A layer that keeps its input's shape, or a use of a block that does. */
const stage = (blocks: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constantFrom('relu', 'batch_norm', 'sigmoid', 'dropout(0.1)', 'conv2d(C, 1)', 'depthwise_conv2d(3)'),
    fc.constantFrom(1, 2, 4).map((dilation) => `conv2d(C, 3, dilation: ${dilation})`),
    ...(blocks > 0 ? [fc.nat(blocks - 1).map((block) => `B${block}`)] : []),
  );

/** Statements that make `t0`, `t1`, … of what is there, and a last line that uses all that is left over. */
const body = (blocks: number): fc.Arbitrary<string> =>
  fc
    .record({
      stages: fc.array(fc.array(stage(blocks), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 6 }),
      sources: fc.array(fc.nat(), { minLength: 6, maxLength: 6 }),
      sums: fc.array(fc.boolean(), { minLength: 6, maxLength: 6 }),
      rounds: fc.constantFrom(0, 0, 2, 5),
      round: fc.array(stage(blocks), { minLength: 1, maxLength: 3 }),
    })
    .map(({ stages, sources, sums, rounds, round }) => {
      const unused = new Set(['x']);
      const lines = stages.map((list, at) => {
        const names = ['x', ...Array.from({ length: at }, (_, index) => `t${index}`)];
        const take = (choice: number): string => {
          const name = names[choice % names.length]!;
          unused.delete(name);
          return name;
        };
        const chain = [take(sources[at]!), ...list].join(' |> ');
        const value = sums[at] ? `${take(sources[(at + 1) % sources.length]!)} + (${chain})` : chain;
        unused.add(`t${at}`);
        return `  t${at} = ${value}`;
      });
      const [first, ...others] = [...unused];
      const sum = [first, ...others].join(' + ');
      if (rounds === 0) return [...lines, `  ${sum}`].join('\n');
      const loop = [`  for _ in range(${rounds}) {`, `    y = y |> ${round.join(' |> ')}`, '  }'];
      return [...lines, `  y = 1 * (${sum})`, ...loop, '  y'].join('\n');
    });

/** The text of a specification with one model, `Net`. */
export const randomNetwork: fc.Arbitrary<string> = fc.tuple(body(0), body(1), body(2), body(3)).map((bodies) => {
  const blocks = bodies.slice(0, -1).map((text, at) => `block B${at}(x: [H, W, C]) -> [H, W, C] {\n${text}\n}\n`);
  return `${blocks.join('\n')}
block Body(x: [H, W, C]) -> [H, W, C] {
${bodies.at(-1)}
}

model Net(image: [8, 8, 4], other: [8, 8, 4]) -> (same: [8, 8, 4], classes: [3]) {
  body = image |> Body
  (body + other, body |> global_avg_pool |> dense(3))
}
`;
});
