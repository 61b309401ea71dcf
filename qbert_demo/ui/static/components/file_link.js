// A link that saves a file; its value is what `offerFile` takes. With `props.at_once` a file is
// saved as it comes, and the link saves it again.

const link = make('a', 'download');
element.replaceChildren(link);
offerFile(link, props.value);
watch('value', () => {
  if (offerFile(link, props.value) && props.at_once) link.click();
});
