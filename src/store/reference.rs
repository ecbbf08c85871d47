//! Reference data that the program carries: regions and item categories. The tables follow the bundled version at every `migrate`.
