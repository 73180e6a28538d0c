using Cilium.Framework.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Cilium.Framework.Configuration;

/// <summary>Settings of a YAML file, each with its line.</summary>
internal static class YamlLayer
{
    /// <summary>Reads a file.</summary>
    /// <param name="layer">profile or file.</param>
    /// <param name="path">The file; exists.</param>
    /// <param name="problems">Receives what is wrong with it.</param>
    public static IReadOnlyList<Setting> Read(string layer, string path, List<ConfigurationProblem> problems)
    {
        var stream = new YamlStream();
        try
        {
            using var reader = File.OpenText(path);
            stream.Load(reader);
        }
        catch (YamlException error)
        {
            var why = error.InnerException?.Message ?? error.Message;
            problems.Add(new(path, $"line {error.Start.Line} is not valid YAML: {why}"));
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            problems.Add(new(path, $"cannot be read: {error.Message}"));
            return [];
        }

        var settings = new List<Setting>();
        if (stream.Documents.Count == 0)
            return settings;
        if (stream.Documents.Count > 1 || stream.Documents[0].RootNode is not YamlMappingNode root)
        {
            if (stream.Documents is not [{ RootNode: YamlScalarNode { Value: null or "" } }])
                problems.Add(new(path, "is not one YAML document of keys and values."));
            return settings;
        }

        Add(root, "", settings, layer, path, problems);
        RefuseRepeated(settings, problems);
        return settings;
    }

    private static void Add(YamlNode node, string at, List<Setting> settings, string layer, string file, List<ConfigurationProblem> problems)
    {
        switch (node)
        {
            case YamlMappingNode mapping:
                foreach (var (key, value) in mapping.Children)
                    Add(value, Join(at, SettingPath.From(key.ToString())), settings, layer, file, problems);
                break;
            case YamlSequenceNode sequence:
                for (var i = 0; i < sequence.Children.Count; i++)
                    Add(sequence.Children[i], Join(at, $"{i}"), settings, layer, file, problems);
                // An empty list replaces what an earlier layer listed.
                if (sequence.Children.Count == 0)
                    settings.Add(new(at, "", layer, $"{file}:{node.Start.Line}"));
                break;
            case YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" }:
                problems.Add(new(at, $"has no value ({file}:{node.Start.Line}). Give it one, \"\" for an empty text, or remove the line."));
                break;
            case YamlScalarNode scalar:
                settings.Add(new(SettingPath.From(at), scalar.Value ?? "", layer, $"{file}:{node.Start.Line}"));
                break;
        }
    }

    // The parser refuses a key twice in one mapping; "a.b: 1" beside "a: {b: 2}" is the same mistake.
    private static void RefuseRepeated(List<Setting> settings, List<ConfigurationProblem> problems)
    {
        foreach (var group in settings.GroupBy(setting => setting.Path).Where(group => group.Count() > 1))
            problems.Add(new(group.Key, $"is given twice: {string.Join(" and ", group.Select(setting => setting.Place))}."));
    }

    private static string Join(string at, string key) => at.Length == 0 ? key : $"{at}:{key}";
}
