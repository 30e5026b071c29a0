/** A view as lines, for goldens: boxes with what stands on them, and below each box where its inputs are from. */
import type { Box, End, View } from '../../src/compiler/picture/view.ts';

export function viewText({ root, boxes }: View): string {
  return [`${boxes} boxes`, ...linesOf(root, '')].join('\n').concat('\n');
}

function linesOf(box: Box, indent: string): string[] {
  const { content } = box;
  const sign = box.openable ? (content === undefined ? '▸ ' : '▾ ') : '';
  const parts = [
    `${sign}${box.title}`,
    box.count > 1 && box.kind !== 'repeat' ? `×${box.count}` : '',
    box.detail,
    box.cost,
    box.mark ?? '',
  ];
  const outputs = box.outputs.length > 0 ? ` → ${box.outputs.map(({ text }) => text).join(' and ')}` : '';
  const head = `${indent}${parts.filter((part) => part !== '').join(' | ')}${outputs}  (${box.id})`;
  if (content === undefined) return [head];
  const inside = `${indent}  `;
  const name = (end: End): string => {
    const other = content.boxes[end.box];
    const ports = other?.outputs.length ?? box.inputs.length;
    return `${other?.title ?? 'border'}${other === undefined ? '' : ` ${end.box}`}${ports > 1 ? `.${end.port}` : ''}`;
  };
  return [
    head,
    ...content.boxes.flatMap((each, at) => {
      const from = content.edges.filter(({ to }) => to.box === at).map((edge) => name(edge.from));
      return [...linesOf(each, inside), ...(from.length > 0 ? [`${inside}  ← ${from.join(', ')}`] : [])];
    }),
    ...content.edges.filter(({ to }) => to.box < 0).map(({ from, to }) => `${inside}border.${to.port} ← ${name(from)}`),
  ];
}
