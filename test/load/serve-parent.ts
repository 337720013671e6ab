/** The other side of `ChildScript`: says that this script is ready and answers its parent's questions one by one. */
export function serveParent(ready: object, answer: (question: unknown) => Promise<object>): void {
  process.on('disconnect', () => process.exit(0));
  process.on('message', (question: unknown) => {
    answer(question).then(tellParent, (error: unknown) => {
      console.error(error);
      process.exit(1);
    });
  });
  tellParent(ready);
}

function tellParent(message: object): void {
  process.send?.(message);
}
