// Lines as they are typed: what becomes a command, and what is refused where.
#include <gmock/gmock.h>

#include "management/clixml_writer.hpp"
#include "management/command_check.hpp"
#include "management/command_line.hpp"

namespace hqsync::management {
namespace {

/// "Name -A:<S>x</S> <I32>5</I32>"; the values as they would be sent.
std::string parsed(std::string_view line, const FindCommand& find = {}) {
    const auto command = parse_command_line(line, find);
    if (!command) return to_text(command.error());
    std::string words = command->name;
    for (const auto& [name, value] : command->parameters) {
        words += name.empty() ? " " : " -" + name + ":";
        if (value.as<clixml::Secret>() != nullptr) {
            words += "***";
        } else if (const auto* list = clixml::list_in(value)) {
            words += "[";
            for (const auto& item : list->items)
                words += *clixml::write(item);
            words += "]";
        } else if (const auto* table = clixml::dictionary_in(value)) {
            words += "{";
            for (const auto& [key, held] : table->entries)
                words += *clixml::write(key) + "=" + clixml::to_text(held) + ";";
            words += "}";
        } else {
            words += *clixml::write(value);
        }
    }
    return words;
}

TEST(CommandLine, ReadsTheLinesThatAdminsType) {
    EXPECT_EQ(parsed("Get-Mailbox"), "Get-Mailbox");
    EXPECT_EQ(parsed("  Get-Mailbox   anna@agentur.example  "),
              "Get-Mailbox <S>anna@agentur.example</S>");
    EXPECT_EQ(
        parsed(R"(Get-Mailbox -ResultSize 5 -Identity "Anna Muster" -Force -Filter 'x -eq "y"')"
               R"( -Users a,b -Confirm:$false -Property $null)"),
        R"(Get-Mailbox -ResultSize:<I32>5</I32> -Identity:<S>Anna Muster</S> -Force:<B>true</B>)"
        R"( -Filter:<S>x -eq "y"</S> -Users:[<S>a</S><S>b</S>] -Confirm:<B>false</B>)"
        R"( -Property:<Nil/>)");
    EXPECT_EQ(parsed("Set-X -A -5 -B -Yes"),
              "Set-X -A:<I32>-5</I32> -B:<B>true</B> -Yes:<B>true</B>");
    EXPECT_EQ(parsed("Set-X -A: b -C:$TRUE"), "Set-X -A:<S>b</S> -C:<B>true</B>");
    EXPECT_EQ(parsed("Set-X -L a , 'b c',\"d\""), "Set-X -L:[<S>a</S><S>b c</S><S>d</S>]");
    EXPECT_EQ(parsed("Set-X -L @('a', 2)"), "Set-X -L:[<S>a</S><I32>2</I32>]");
    EXPECT_EQ(parsed("Set-X -L @()"), "Set-X -L:[]");
    EXPECT_EQ(parsed(R"(Set-X -M @{Add="a","b"; Remove = c})"),
              "Set-X -M:{<S>Add</S>=a, b;<S>Remove</S>=c;}");
    EXPECT_EQ(parsed("Set-X -M @{}"), "Set-X -M:{}");
    EXPECT_EQ(parsed("Get-X DC=agentur,DC=example *.log a#b C:\\x"),
              "Get-X [<S>DC=agentur</S><S>DC=example</S>] <S>*.log</S> <S>a#b</S> <S>C:\\x</S>");
}

TEST(CommandLine, QuotesKeepWhatTheyHold) {
    EXPECT_EQ(parsed("Get-X 'it''s $5 `n'"), "Get-X <S>it's $5 `n</S>");
    EXPECT_EQ(parsed(R"(Get-X "say ""hi"" `"there`" for `$5 and $5")"),
              R"(Get-X <S>say "hi" "there" for $5 and $5</S>)");
    EXPECT_EQ(parsed(R"(Get-X "a`nb")"), "Get-X <S>a_x000A_b</S>");
    EXPECT_EQ(parsed("Get-X '' \"\""), "Get-X <S/> <S/>");
    EXPECT_EQ(parsed("Get-X '5' 'a|b;c'"), "Get-X <S>5</S> <S>a|b;c</S>");
    EXPECT_EQ(parsed("Get-X Gr\u00FC\u00DFe"), "Get-X <S>Gr\u00FC\u00DFe</S>");
}

TEST(CommandLine, NumbersAreNumbersOnlyWhenTheyPrintAsWritten) {
    EXPECT_EQ(parsed("X 0 -1 2147483648 1.5"),
              "X <I32>0</I32> <I32>-1</I32> <I64>2147483648</I64> <Db>1.5</Db>");
    EXPECT_EQ(parsed("X 007 1.50 +5 1e3 5GB 99999999999999999999 0x10 1."),
              "X <S>007</S> <S>1.50</S> <S>+5</S> <S>1e3</S> <S>5GB</S> <S>99999999999999999999</S>"
              " <S>0x10</S> <S>1.</S>");
}

TEST(CommandLine, RefusesScriptAndSaysWhere) {
    const std::vector<std::pair<const char*, const char*>> lines = {
        {"Get-Mailbox | Remove-Mailbox", "a pipe is script, which is not run, in column 13"},
        {"Get-X; Get-Y", "a second command is script, which is not run, in column 6"},
        {"Get-X\nGet-Y", "a second line is script, which is not run, in column 6"},
        {"$x = 5", "a variable is script, which is not run, in column 1"},
        {"Get-X $name", "a variable is script, which is not run, in column 7"},
        {"Get-X $trueish", "a variable is script, which is not run, in column 7"},
        {"Get-X $null.Name", "a variable is script, which is not run, in column 7"},
        {"Get-X (Get-Y)", "an expression in parentheses is script, which is not run, in column 7"},
        {"Get-X -A:(1)", "an expression in parentheses is script, which is not run, in column 10"},
        {"Get-X $(1)", "a variable is script, which is not run, in column 7"},
        {"Get-X { 1 }", "a script block is script, which is not run, in column 7"},
        {"Get-X @args", "a splatted variable is script, which is not run, in column 7"},
        {"& Get-X", "a call is script, which is not run, in column 1"},
        {"Get-X > file", "a redirection is script, which is not run, in column 7"},
        {"Get-X a`b", "an escape outside of quotes is script, which is not run, in column 8"},
        {"Get-X # all", "a comment is script, which is not run, in column 7"},
        {"Get-X @($x)", "a variable is script, which is not run, in column 9"},
        {"Get-X @{a=$x}", "a variable is script, which is not run, in column 11"},
        {"Get-X @{a={1}}", "a script block is script, which is not run, in column 11"},
        {"Get-X \"for $name\"",
         "a variable in double quotes (use single ones) is script, which is not run, in column 12"},
        {"Get-X \"$(1)\"",
         "a variable in double quotes (use single ones) is script, which is not run, in column 8"},
        {"Get-X \u00FC|", "a pipe is script, which is not run, in column 8"},
    };
    for (const auto& [line, refusal] : lines)
        EXPECT_EQ(parsed(line), std::string("command.script: ") + refusal) << line;
}

TEST(CommandLine, RefusesWhatIsNoCommandAndSaysWhere) {
    const std::vector<std::pair<const char*, const char*>> lines = {
        {"", "the name of a command is missing, in column 1"},
        {"   ", "the name of a command is missing, in column 4"},
        {"5", "no name of a command, in column 1"},
        {"'Get-X'", "''' is in the wrong place, in column 1"},
        {"Get-X 'a", "a quote that never ends, in column 7"},
        {"Get-X a'b'", "put quotes around the whole value, in column 8"},
        {"Get-X 'a'b", "'b' is in the wrong place, in column 10"},
        {"Get-X a,", "a value is missing, in column 9"},
        {"Get-X -A:", "a value is missing, in column 10"},
        {"Get-X ,a", "',' is in the wrong place, in column 7"},
        {"Get-X -A 1 -a 2", "-a stands there twice, in column 12"},
        {"Get-X @{a", "a \"=\" is missing, in column 10"},
        {"Get-X @{a=1", "a \"}\" is missing, in column 12"},
        {"Get-X @(1", "a \")\" is missing, in column 10"},
        {"Get-X \u201Ea\u201C", "a typographic quote; use ' or \", in column 7"},
        {"Get-X @(@(@(@(@(@(@(@(@(1)))))))))", "the values nest too deep, in column 23"},
    };
    for (const auto& [line, refusal] : lines)
        EXPECT_EQ(parsed(line), std::string("command.syntax: ") + refusal) << line;
    EXPECT_EQ(parsed("Get-X " + std::string(70'000, 'a')),
              "command.syntax: the line is too long, in column 1");
}

TEST(CommandLine, DashesOfOtherProgramsArePlainOnes) {
    EXPECT_EQ(parsed("Get-X \u2013Identity anna"), "Get-X -Identity:<S>anna</S>");
}

const CommandInfo& new_mailbox() {
    static const CommandInfo info{
        "New-Mailbox",
        "",
        "Function",
        "",
        "",
        {},
        {{"Name", "System.String", {}, false, true},
         {"Password", "System.Security.SecureString", {"pw"}, false, {}},
         {"ResetPasswordOnNextLogon", "System.Boolean", {}, false, {}},
         {"Force", "System.Management.Automation.SwitchParameter", {}, true, {}},
         {"ForceUpgrade", "System.Management.Automation.SwitchParameter", {}, true, {}}}};
    return info;
}

const CommandInfo* find(std::string_view name) {
    return name == "New-Mailbox" ? &new_mailbox() : nullptr;
}

TEST(CommandLine, WhatIsImportedTellsSwitchesAndSecrets) {
    EXPECT_EQ(parsed("New-Mailbox -Force anna -pw geheim", find),
              "New-Mailbox -Force:<B>true</B> <S>anna</S> -pw:***");
    EXPECT_EQ(parsed("New-Mailbox -Force anna"), "New-Mailbox -Force:<S>anna</S>");
    EXPECT_EQ(parsed("New-Mailbox -Name -Force", find),
              "command.syntax: -Name wants a value, in column 19");
    EXPECT_EQ(parsed("New-Mailbox -Force:$false", find), "New-Mailbox -Force:<B>false</B>");
}

std::string checked(std::string_view line) {
    const auto result = check_parameters(*parse_command_line(line, find), new_mailbox());
    return result ? "good" : to_text(result.error());
}

TEST(CommandLine, ParametersAreCheckedBeforeTheyAreSent) {
    EXPECT_EQ(checked("New-Mailbox -Name anna -Force -Verbose"), "good");
    EXPECT_EQ(checked("New-Mailbox anna"), "good");
    EXPECT_EQ(checked("New-Mailbox -n anna -Pass x -Reset $true"), "good");
    EXPECT_EQ(checked("New-Mailbox -Name anna -Typo"),
              "command.parameter: New-Mailbox has no -Typo");
    EXPECT_EQ(checked("New-Mailbox -Name anna -For"),
              "command.parameter: -For may be -Force or -ForceUpgrade of New-Mailbox");
    EXPECT_EQ(checked("New-Mailbox -Force"), "command.parameter: New-Mailbox wants -Name");
}

}  // namespace
}  // namespace hqsync::management
